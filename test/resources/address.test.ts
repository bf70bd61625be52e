/**
 * IPaddr, IPaddr2 and SendArp: texts, exit codes and addresses as measured on the scripts of
 * heartbeat 3.0.6 with resource-agents 4.12.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, SHELLS, transcript } from './transcript.js';

const VIP = '192.168.136.10';
const BASE = '  eth0 192.168.136.11/24 brd 192.168.136.255 scope global eth0';
const ALIAS = `  eth0 ${VIP}/24 brd 192.168.136.255 scope global secondary eth0:0`;
const SECONDARY = `  eth0 ${VIP}/24 brd 192.168.136.255 scope global secondary eth0`;

/** An arping that notes when it was called, and sends nothing. */
const ARPING = `
program arping <<'END'
#!/bin/sh
echo "$(date +%s%N) $*" >>"$HA_RSCTMP/arping"
END
`;

for (const shell of SHELLS) {
  test(`start, start again, status, stop, stop again, status (${shell})`, () => {
    for (const [script, shown] of Object.entries({ IPaddr: ALIAS, IPaddr2: SECONDARY })) {
      const vip = `${VIP}/24/eth0`;
      const said = transcript(
        shell,
        `${ARPING} network
         on() { call resource.d/${script} ${vip} "$1"; }
         on status; on start; addresses; on status; on start; addresses
         on stop; on stop; on status; addresses`,
      );
      const running = `[${vip} status] 0 <INFO:  Running OK>`;
      const stopped = `[${vip} status] 7 <INFO:  Resource is stopped>`;
      const started = [`[${vip} start] 0 <INFO:  Success>`, BASE, shown];
      const ended = `[${vip} stop] 0 <INFO:  Success>`;
      assert.equal(
        said,
        lines(stopped, ...started, running, ...started, ended, ended, stopped, BASE),
      );
    }
  });

  test(`netmask, interface and broadcast may be said or left out (${shell})`, () => {
    const forms: readonly [string, string, string, string][] = [
      [VIP, '24', '192.168.136.255', 'secondary eth0:0'],
      [`${VIP}/24`, '24', '192.168.136.255', 'secondary eth0:0'],
      [`${VIP}/25/eth0`, '25', '192.168.136.127', 'eth0:0'],
      [`${VIP}/24/eth0/192.168.136.200`, '24', '192.168.136.200', 'secondary eth0:0'],
      [`${VIP}/24/192.168.136.201`, '24', '192.168.136.201', 'secondary eth0:0'],
      [`${VIP}/32/eth0`, '32', VIP, 'eth0:0'],
      [`${VIP}/24/eth0:7`, '24', '192.168.136.255', 'secondary eth0:0'],
      ['10.9.9.9/24/eth0', '24', '10.9.9.255', 'eth0:0'],
    ];
    const said = transcript(
      shell,
      `${ARPING} network
       for form in ${forms.map(([form]) => form).join(' ')}; do
         call resource.d/IPaddr "$form" start; addresses; call resource.d/IPaddr "$form" stop
       done; addresses`,
    );
    const expected = forms.flatMap(([form, bits, broadcast, name]) => [
      `[${form} start] 0 <INFO:  Success>`,
      BASE,
      `  eth0 ${form.replace(/\/.*/, '')}/${bits} brd ${broadcast} scope global ${name}`,
      `[${form} stop] 0 <INFO:  Success>`,
    ]);
    assert.equal(said, lines(...expected, BASE));
  });

  test(`what makes no sense is refused at start and harmless at stop (${shell})`, () => {
    const wrong: readonly [string, string, number, string][] = [
      ['IPaddr', `${VIP}/24/eth9`, 1, `Could not add ${VIP}/24 to eth9: …`],
      ['IPaddr', '10.9.9.9', 1, 'No interface found for 10.9.9.9.'],
      ['IPaddr', '300.1.1.1/24/eth0', 1, 'IP address [300.1.1.1] not valid.'],
      ['IPaddr', `${VIP}/99/eth0`, 1, 'Invalid netmask specification [99]'],
      ['IPaddr', `${VIP}/255.0.255.0/eth0`, 1, 'Invalid netmask specification [255.0.255.0]'],
      ['IPaddr', `${VIP}//eth0`, 1, 'Invalid netmask specification [eth0]'],
      ['IPaddr2', `${VIP}/24/eth9`, 6, 'Invalid interface name [eth9]'],
      ['IPaddr2', '10.9.9.9', 1, 'Unable to find nic or netmask.'],
      ['IPaddr2', '300.1.1.1/24/eth0', 6, 'IP address [300.1.1.1] not valid.'],
    ];
    const text = { 1: 'ERROR:  Generic error', 6: 'ERROR:  Program is not configured' };
    const said = transcript(
      shell,
      `${ARPING} network
       every() { for verb in start status stop; do call "$@" $verb; done; }
       ${wrong.map(([script, form]) => `every resource.d/${script} ${form}`).join('\n')}
       addresses`,
    );
    const expected = wrong.flatMap(([, form, code, complaint]) => [
      `[${form} start] ${code} <${text[code as 1 | 6]}>`,
      `  ! ${complaint}`,
      `[${form} status] 7 <INFO:  Resource is stopped>`,
      `[${form} stop] 0 <INFO:  Success>`,
    ]);
    // How ip says it differs from that of busybox.
    assert.equal(said.replace(/(to eth9: ).*/, '$1…'), lines(...expected, BASE));
  });

  test(`an address that a real server has on lo or tunl0 stays there (${shell})`, () => {
    const vip = `${VIP}/24/eth0`;
    const said = transcript(
      shell,
      `${ARPING} network
       ip link add tunl0 type veth peer name far
       for place in lo tunl0; do
         ip addr add ${VIP}/32 dev $place; ip link set $place up
         for verb in status start status stop status; do call resource.d/IPaddr ${vip} $verb; done
         ip -o addr show to ${VIP} | sed 's/^[0-9]*: *\\([^ ]*\\) .*/\\1/'
         ip addr del ${VIP}/32 dev $place
       done`,
    );
    const stopped = `[${vip} status] 7 <INFO:  Resource is stopped>`;
    const calls = [
      stopped,
      `[${vip} start] 0 <INFO:  Success>`,
      `[${vip} status] 0 <INFO:  Running OK>`,
      `[${vip} stop] 0 <INFO:  Success>`,
      stopped,
    ];
    assert.equal(said, lines(...calls, 'lo', ...calls, 'tunl0'));
  });

  test(`IPaddr2 takes the address from lo and puts it back (${shell})`, () => {
    const vip = `${VIP}/24/eth0`;
    const said = transcript(
      shell,
      `${ARPING} network
       place() { ip -o addr show to ${VIP} | sed 's/^[0-9]*: *\\([^ ]*\\) .*/\\1/'; }
       ip addr add ${VIP}/32 dev lo
       call resource.d/IPaddr2 ${vip} start; place; call resource.d/IPaddr2 ${vip} stop; place`,
    );
    const done = (verb: string): string => `[${vip} ${verb}] 0 <INFO:  Success>`;
    assert.equal(said, lines(done('start'), 'eth0', done('stop'), 'lo'));
  });
}

test('usage and unknown operations', () => {
  const said = transcript(
    'dash',
    `call resource.d/IPaddr; call resource.d/IPaddr ${VIP} usage; call resource.d/IPaddr ${VIP} dance
     call resource.d/IPaddr2 ${VIP} usage; call resource.d/SendArp ${VIP}`,
  );
  const actions = '(start|stop|status|usage|meta-data)';
  const one = `usage: SCRIPTS/resource.d/IPaddr <ip-address> ${actions}`;
  const two =
    'usage: SCRIPTS/resource.d/IPaddr2 ' +
    `ip-address[/netmaskbits[/interface[:label][/broadcast]]] ${actions}`;
  assert.equal(
    said,
    lines(
      `[] 1 <${one}>`,
      `[${VIP} usage] 1 <${one}>`,
      `[${VIP} dance] 1 <ERROR: Unknown operation: dance\n${one}>`,
      `[${VIP} usage] 0 <${two}\nINFO:  Success>`,
      `[${VIP}] 1 <usage: SCRIPTS/resource.d/SendArp ip-address/interface ${actions}>`,
    ),
  );
});

test('two addresses have labels of their own, and one outlives the other', () => {
  const said = transcript(
    'dash',
    `${ARPING} network
     for n in 1 2; do call resource.d/IPaddr 10.0.0.$n/24/eth0 start; done; addresses
     call resource.d/IPaddr 10.0.0.1/24/eth0 stop; addresses
     call resource.d/IPaddr 10.0.0.3/24/eth0 start; addresses`,
  );
  const alias = (n: number, label: string): string =>
    `  eth0 10.0.0.${n}/24 brd 10.0.0.255 scope global ${label}`;
  assert.equal(
    said,
    lines(
      '[10.0.0.1/24/eth0 start] 0 <INFO:  Success>',
      '[10.0.0.2/24/eth0 start] 0 <INFO:  Success>',
      BASE,
      alias(1, 'eth0:0'),
      alias(2, 'secondary eth0:1'),
      '[10.0.0.1/24/eth0 stop] 0 <INFO:  Success>',
      BASE,
      alias(2, 'eth0:1'),
      '[10.0.0.3/24/eth0 start] 0 <INFO:  Success>',
      BASE,
      alias(2, 'eth0:1'),
      alias(3, 'secondary eth0:0'),
    ),
  );
});

test('the hooks are called, and an address elsewhere is reported and given up', () => {
  const said = transcript(
    'dash',
    `${ARPING} network
     ip link add eth1 type veth peer name peer1
     for hook in local_takeip local_giveip; do
       printf '#!/bin/sh\\necho %s "$@" >>"$HA_RSCTMP/hooks"\\n' $hook >"$HA_DIR/rc.d/$hook"
       chmod 755 "$HA_DIR/rc.d/$hook"
     done
     call resource.d/IPaddr ${VIP}/24/eth0 start; call resource.d/IPaddr ${VIP}/24/eth0 stop
     cat "$HA_RSCTMP/hooks"; : >"$HA_LOGFILE"
     ip addr add ${VIP}/24 dev eth1
     call resource.d/IPaddr ${VIP}/24/eth0 status; logged
     call resource.d/IPaddr ${VIP}/24/eth0 stop; addresses`,
  );
  const tag = `  IPaddr(IPaddr_${VIP}):    `;
  const where = `${VIP} is running an interface (eth1) instead of the configured one (eth0)`;
  assert.equal(
    said,
    lines(
      `[${VIP}/24/eth0 start] 0 <INFO:  Success>`,
      `[${VIP}/24/eth0 stop] 0 <INFO:  Success>`,
      `local_takeip ${VIP}`,
      `local_giveip ${VIP}`,
      `[${VIP}/24/eth0 status] 1 <ERROR:  Generic error>`,
      `${tag}ERROR: ${where}`,
      `${tag}ERROR:  Generic error`,
      `[${VIP}/24/eth0 stop] 0 <INFO:  Success>`,
      BASE,
    ),
  );
});

/** When each announcement came, milliseconds after the first, and of which kind it was. */
function announcements(said: string): { at: number; kind: string }[] {
  const noted = [...said.matchAll(/^(\d{19}) -q (-[UA]) .* eth0 192\.168\.136\.10$/gm)];
  const first = BigInt(noted[0]?.[1] ?? 0);
  return noted.map(([, stamp = '0', kind = '']) => ({
    at: Number((BigInt(stamp) - first) / 1_000_000n),
    kind,
  }));
}

test('an address is announced twenty times, 250 ms apart, as request and reply in turn', () => {
  const said = transcript(
    'dash',
    `${ARPING} network
     call resource.d/IPaddr ${VIP}/24/eth0 start
     until_true [ ! -e "$HA_RSCTMP/send_arp-${VIP}" ]; sleep 0.1; cat "$HA_RSCTMP/arping"`,
  );
  const seen = announcements(said);
  assert.equal(seen.map(({ kind }) => kind).join(''), '-U-A'.repeat(10));
  const last = seen.at(-1)?.at ?? 0;
  assert.ok(last >= 19 * 250 - 20 && last < 19 * 250 + 3000, `the last one after ${last} ms`);
});

test('arp_config sets the pace, stop ends the announcement, SendArp has its own defaults', () => {
  const said = transcript(
    'dash',
    `${ARPING} network
     echo ARP_INTERVAL_MS=100 >"$HA_DIR/conf/arp_config"
     echo ARP_REPEAT=2 ARP_BACKGROUND=no >"$HA_DIR/conf/arp_config:eth0"
     call resource.d/IPaddr ${VIP}/24/eth0 start; sleep 0.1; grep -c . "$HA_RSCTMP/arping"
     rm -f "$HA_DIR"/conf/* "$HA_RSCTMP/arping"
     call resource.d/SendArp ${VIP}/eth0 status; call resource.d/SendArp ${VIP}/eth0 start
     call resource.d/SendArp ${VIP}/eth0 status
     until_true grep -qs -e -A "$HA_RSCTMP/arping"
     call resource.d/SendArp ${VIP}/eth0 stop; call resource.d/SendArp ${VIP}/eth0 stop
     sleep 0.5; [ "$(grep -c . "$HA_RSCTMP/arping")" -le 4 ] && echo ended
     call resource.d/SendArp ${VIP} start`,
  );
  const done = (verb: string): string => `[${VIP}/eth0 ${verb}] 0 <INFO:  Success>`;
  assert.equal(
    said,
    lines(
      `[${VIP}/24/eth0 start] 0 <INFO:  Success>`,
      '4',
      `[${VIP}/eth0 status] 7 <INFO:  Resource is stopped>`,
      done('start'),
      `[${VIP}/eth0 status] 0 <INFO:  Running OK>`,
      done('stop'),
      done('stop'),
      'ended',
      `[${VIP} start] 6 <ERROR:  Program is not configured>`,
    ),
  );
});

test('an address that runs here is announced again, and nothing else changes', () => {
  const said = transcript(
    'dash',
    `${ARPING} network
     export HA_RESOURCEDIR=$scripts/resource.d
     echo ARP_INTERVAL_MS=40 ARP_REPEAT=2 >"$HA_DIR/conf/arp_config"
     call resource.d/IPaddr ${VIP}/24/eth0 start
     sent() { until_true eval '[ "$(grep -c . "$HA_RSCTMP/arping")" -eq 4 ]'; }
     until_true [ ! -e "$HA_RSCTMP/send_arp-${VIP}" ]; sent; rm "$HA_RSCTMP/arping"; logged
     call share/announce_address ${VIP}/24/eth0; addresses
     until_true [ ! -e "$HA_RSCTMP/send_arp-${VIP}" ]; until_true [ -e "$HA_RSCTMP/arping" ]
     # The stand-ins may write in any order.
     sent; sed 's/^[0-9]* /  /' "$HA_RSCTMP/arping" | sort; logged
     call share/announce_address ${VIP}; call share/announce_address 192.168.136.99; logged
     call share/announce_address`,
  );
  assert.equal(
    said,
    lines(
      `[${VIP}/24/eth0 start] 0 <INFO:  Success>`,
      `  IPaddr(IPaddr_${VIP}):    INFO: ip -4 addr add ${VIP}/24 broadcast 192.168.136.255 ` +
        'dev eth0 label eth0:0',
      `  IPaddr(IPaddr_${VIP}):    INFO:  Success`,
      `[${VIP}/24/eth0] 0 <>`,
      BASE,
      ALIAS,
      ...['-A', '-A', '-U', '-U'].map((kind) => `  -q ${kind} -c 1 -w 1 -I eth0 ${VIP}`),
      `  announce_address(IPaddr_${VIP}):    INFO: ${VIP} is announced again on eth0`,
      `[${VIP}] 0 <>`,
      '[192.168.136.99] 0 <>',
      `  announce_address(IPaddr_${VIP}):    INFO: ${VIP} is announced again on eth0`,
      '[] 1 <>',
      '  ! usage: SCRIPTS/share/announce_address ip-address',
    ),
  );
});
