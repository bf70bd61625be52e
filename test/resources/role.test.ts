/** lvs and tunl: a director becomes a real server and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

/** A node with tunl0 (a veth by that name: not every kernel has the tunnel), and its state. */
const NODE = `
network
ip link add tunl0 type veth peer name far
echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter
haresources() { cat >"$HA_DIR/haresources"; }
state() {
  case $(ip link show dev tunl0) in *,UP*) printf '  up' ;; *) printf '  down' ;; esac
  ip -o -4 addr show dev tunl0 | sed 's/.*inet \\([^ ]*\\) .*/ \\1/' | tr -d '\\n'
  for name in all/arp_ignore all/arp_announce tunl0/arp_ignore tunl0/rp_filter; do
    printf ' %s' "$(cat /proc/sys/net/ipv4/conf/$name)"
  done
  echo
}
`;

const HIDDEN = '1 2 1 2';

for (const shell of SHELLS) {
  test(`tunl makes a real server, lvs the director of it and back (${shell})`, () => {
    const said = transcript(
      shell,
      `${NODE}
       haresources <<'END'
loadbalancer lvs IPaddr::10.0.0.10/24/eth0 ipvsadm ldirectord
END
       state; call resource.d/tunl start; state; call resource.d/tunl start; state
       call resource.d/tunl status; call resource.d/lvs status
       call resource.d/lvs start; state; call resource.d/lvs status; call resource.d/tunl status
       call resource.d/lvs stop; state; call resource.d/lvs status; call resource.d/lvs stop
       call resource.d/tunl stop; state; cat /proc/sys/net/ipv4/ip_forward`,
    );
    assert.equal(
      said,
      lines(
        '  down 0 0 0 0',
        '[start] 0 <Tunl port starting>',
        `  up 10.0.0.10/32 ${HIDDEN}`,
        '[start] 0 <Tunl port starting>',
        `  up 10.0.0.10/32 ${HIDDEN}`,
        '[status] 0 <tunl is running>',
        '[status] 3 <lvs is stopped>',
        '[start] 0 <Preparing for Load Balancer>',
        '  down 0 0 1 2',
        '[status] 0 <lvs is running>',
        '[status] 3 <tunl is stopped>',
        '[stop] 0 <Preparing for Real Server>',
        `  up 10.0.0.10/32 ${HIDDEN}`,
        '[status] 3 <lvs is stopped>',
        '[stop] 0 <Preparing for Real Server>',
        '[stop] 0 <Tunl port closing>',
        '  down 0 0 1 2',
        '1',
      ),
    );
  });

  test(`the virtual addresses come as arguments or from haresources (${shell})`, () => {
    const said = transcript(
      shell,
      `${NODE}
       haresources <<'END'
# lvs 10.9.9.9 \\
alpha lvs 10.0.0.1/24/eth0 \\
  IPaddr2::10.0.0.2/24 web # 10.9.9.9
beta other 10.9.9.9
Gamma x lvs::10.0.0.3 10.0.0.3
END
       call resource.d/tunl 10.0.0.7/32 10.0.0.8 start; state
       call resource.d/tunl 10.0.0.7 stop; state
       call resource.d/tunl 10.0.0.8 stop; call resource.d/tunl start; state
       call resource.d/tunl stop
       export HA_GROUP_LOCK=x; call resource.d/lvs stop; state; unset HA_GROUP_LOCK
       echo >"$HA_DIR/haresources"
       for verb in start status stop; do call resource.d/lvs $verb; done`,
    );
    const none =
      '  ! No virtual address: give it as argument, as VIP in /etc/sysconfig, or in haresources';
    assert.equal(
      said,
      lines(
        '[10.0.0.7/32 10.0.0.8 start] 0 <Tunl port starting>',
        `  up 10.0.0.7/32 10.0.0.8/32 ${HIDDEN}`,
        '[10.0.0.7 stop] 0 <Tunl port closing>',
        `  up 10.0.0.8/32 ${HIDDEN}`,
        '[10.0.0.8 stop] 0 <Tunl port closing>',
        '[start] 0 <Tunl port starting>',
        `  up 10.0.0.1/32 10.0.0.2/32 10.0.0.3/32 ${HIDDEN}`,
        '[stop] 0 <Tunl port closing>',
        '[stop] 0 <Preparing for Real Server>',
        `  up 10.0.0.3/32 ${HIDDEN}`,
        '[start] 6 <>',
        none,
        '[status] 3 <lvs is stopped>',
        none,
        '[stop] 0 <lvs is stopped>',
        none,
      ),
    );
  });
}

test('a kernel with hidden addresses is told so in its own way', () => {
  const said = transcript(
    'dash',
    `${NODE}
     export SYSCTL=$work/kernel
     mkdir -p $SYSCTL/conf/all $SYSCTL/conf/tunl0
     for file in all/hidden tunl0/hidden all/arp_ignore; do echo 0 >$SYSCTL/conf/$file; done
     show() {
       (cd $SYSCTL/conf && cat all/hidden tunl0/hidden all/arp_ignore) | tr '\\n' ' '
       echo
     }
     call resource.d/lvs 10.0.0.1 stop; show; call resource.d/lvs 10.0.0.1 start; show`,
  );
  assert.equal(
    said,
    lines(
      '[10.0.0.1 stop] 0 <Preparing for Real Server>',
      '1 1 0 ',
      '[10.0.0.1 start] 0 <Preparing for Load Balancer>',
      '0 1 0 ',
    ),
  );
});
