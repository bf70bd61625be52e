/** The directives of ha.cf that say who takes part: node, auto_failback, crm and their kin. */
import { type Draft, NODE_NAME_MAX, NODES_MAX, type Word } from './draft.js';
import type { TakeWord } from './scalars.js';
import { parseBoolean } from './values.js';

function takeNode(draft: Draft, word: Word): boolean {
  const name = word.text.toLowerCase().slice(0, NODE_NAME_MAX);
  if (draft.hasMember(name) && draft.countNode()) {
    draft.problems.warning(word, 'HA_CF_NODE_TWICE', `node [${name}] is listed twice`, {
      own: true,
    });
    return true;
  }
  return (
    draft.addNode(name, 'normal') ||
    draft.refuse('node', word, `no more than ${NODES_MAX} nodes are possible, ping nodes included`)
  );
}

function takeAutoFailback(draft: Draft, word: Word): boolean {
  const isLegacy = word.text.toLowerCase() === 'legacy';
  const value = parseBoolean(word.text);
  if (!isLegacy && value === undefined) {
    return draft.refuse('auto_failback', word, 'on, off or legacy is wanted');
  }
  draft.niceFailback = !isLegacy;
  draft.autoFailback = isLegacy ? 'legacy' : value === true ? 'on' : 'off';
  return true;
}

/**
 * The forerunner of auto_failback. Its value does not count: after an auto_failback of on or off it
 * means off, else legacy (measured, 3.0.6). What it says is called ERROR and is not fatal.
 */
function takeNiceFailback(draft: Draft, word: Word): boolean {
  const say = (text: string): void =>
    draft.problems.warning(word, 'HA_CF_NICE_FAILBACK', text, { printedAs: 'error' });
  say('nice_failback flag is obsolete.. Use auto_failback {on, off, legacy} instead.');
  const isKnown = parseBoolean(word.text) !== undefined;
  if (isKnown && draft.niceFailback) {
    draft.autoFailback = 'off';
    say(`'nice_failback ${word.text}' has been changed to 'auto_failback off'`);
  } else if (isKnown) {
    draft.autoFailback = 'legacy';
    say(`nice_failback ${word.text} has been strictly interpreted as 'auto_failback legacy'`);
    say("Consider converting to 'auto_failback on'.");
    say('When you do, then you can use ipfail, and hb_standby');
  }
  say('See documentation for details.');
  return isKnown || draft.refuse('nice_failback', word, 'use auto_failback');
}

/** Words that switch the cluster resource manager on, beside the booleans. */
const PACEMAKER_MODES = ['respawn', 'manual', 'minimal', 'ccm-only', 'valgrind'];

function takePacemaker(draft: Draft, word: Word): boolean {
  if (draft.pacemakerSeen) {
    return draft.reject(
      word,
      'HA_CF_PACEMAKER_TWICE',
      'pacemaker/crm directive used multiple times!',
    );
  }
  draft.pacemakerSeen = true;
  draft.problems.info(word, 'HA_CF_PACEMAKER', `Pacemaker support: ${word.text}`);
  const value = parseBoolean(word.text);
  if (value === false) return true;
  if (value === undefined && !PACEMAKER_MODES.includes(word.text.toLowerCase())) {
    return draft.refuse('pacemaker', word, 'off is wanted');
  }
  draft.problems.error(
    word,
    'HA_CF_PACEMAKER_UNSUPPORTED',
    `Pacemaker [${word.text}] is not supported: resources are managed by haresources. ` +
      `Remove crm/pacemaker from ${draft.path}, or set it to off.`,
    { own: true },
  );
  return false;
}

/** The genuine text has the value where the name should be. */
function comesTooLate(draft: Draft, word: Word): false {
  return draft.reject(
    word,
    'HA_CF_AFTER_PACEMAKER',
    `If you specify ${word.text}, it must come before the pacemaker directive`,
  );
}

function takeDaemonDirectory(draft: Draft, word: Word): boolean {
  if (draft.pacemakerSeen) return comesTooLate(draft, word);
  return draft.refuse('crm_daemon_dir', word, 'there is no Pacemaker here');
}

function takeSpawnsPengine(draft: Draft, word: Word): boolean {
  if (draft.pacemakerSeen) return comesTooLate(draft, word);
  return (
    parseBoolean(word.text) !== undefined ||
    draft.reject(
      word,
      'HA_CF_BAD_BOOLEAN',
      `ha_config_check_boolean:Invalid directive value ${word.text}`,
    )
  );
}

export const LINEUP: ReadonlyMap<string, TakeWord> = new Map<string, TakeWord>([
  ['node', takeNode],
  ['auto_failback', takeAutoFailback],
  ['nice_failback', takeNiceFailback],
  ['crm', takePacemaker],
  ['pacemaker', takePacemaker],
  ['crm_daemon_dir', takeDaemonDirectory],
  ['crmd_spawns_pengine', takeSpawnsPengine],
]);
