/** Runs one story with our resource script and with the genuine one, each in namespaces of its own. */
import { transcript } from '../resources/transcript.js';

const GENUINE = '/etc/ha.d/resource.d';

/**
 * `outcome SCRIPT ARGUMENT...` prints the call, its exit code and what it wrote to standard output;
 * `cycle SCRIPT ARGUMENT...` starts, starts again, asks, stops, stops again and asks.
 */
const PRELUDE = `
# Some of the genuine ones keep notes there, whatever the environment says.
mount -t tmpfs none /run || exit 1
outcome() {
  outcome_name=$1
  shift
  # Not by $(...): the first process of the namespace takes the dead away only while it waits.
  $shell "$where/$outcome_name" "$@" >"$work/said" 2>>"$work/errors" </dev/null
  echo "[$outcome_name $*] $? <$(cat "$work/said")>"
}
cycle() {
  for verb in status start start status stop stop status; do outcome "$@" $verb; done
}
`;

/** What the story says with our script under a shell. */
export function ours(shell: string, story: string): string {
  return told('$scripts/resource.d', shell, story);
}

/** What it says with the genuine one. */
export function genuine(story: string): string {
  return told(GENUINE, 'dash', story);
}

function told(where: string, shell: string, story: string): string {
  const text = transcript(shell, `where=${where}\n${PRELUDE}${story}`);
  return text.replaceAll(`${GENUINE}/`, 'SCRIPTS/').replaceAll('SCRIPTS/resource.d/', 'SCRIPTS/');
}
