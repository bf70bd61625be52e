/** The text of an ldirectord.cf that says what a plan says. */
import {
  type FilePlan,
  type MailPlan,
  named,
  type PlacePlan,
  type RealPlan,
  serverAddress,
  type VirtualPlan,
  virtualAddress,
} from './plan.js';

/** @param fault A line that makes the file one with an error. */
export function textOf(file: FilePlan, fault?: string): string {
  const lines = [
    `checkinterval=${file.interval}`,
    `checktimeout=${file.checkTimeout}`,
    ...stated('negotiatetimeout', file.negotiateTimeout),
    `failurecount=${file.failureCount}`,
    ...stated('quiescent', yesNo(file.quiescent)),
    ...stated('cleanstop', yesNo(file.cleanstop)),
    ...(file.readdQuiescent ? ['readdquiescent=yes'] : []),
    ...(file.fork ? ['fork=yes'] : []),
    ...mailLines(file.mail),
    'maintenancedir=/var/lib/maintenance',
  ];
  const blocks = file.virtuals.map((virtual) => `${virtualLines(virtual).join('\n\t')}\n`);
  return [lines.join('\n'), ...(fault === undefined ? [] : [fault]), ...blocks].join('\n');
}

function mailLines({ to, frequency, statuses }: MailPlan): readonly string[] {
  if (to === '') return [];
  return [
    `emailalert="${to}"`,
    `emailalertfreq=${frequency}`,
    ...stated('emailalertstatus', statuses?.join(', ')),
  ];
}

function virtualLines(virtual: VirtualPlan): readonly string[] {
  const six = virtual.family === 'ipv6' ? '6' : '';
  const isMark = virtual.protocol === 'fwm';
  const target = isMark ? virtual.number : named(virtualAddress(virtual), virtual.port);
  const { checkType, connects } = virtual;
  return [
    `virtual${six}=${target}`,
    ...virtual.reals.map((real) => `real${six}=${realText(virtual, real)}`),
    ...(virtual.fallback === undefined
      ? []
      : [`fallback${six}=${placeText(virtual, virtual.fallback)}`]),
    `service=${virtual.service}`,
    ...(isMark ? [] : [`protocol=${virtual.protocol}`]),
    `checktype=${checkType === 'combined' ? connects : checkType}`,
    ...(checkType === 'external' ? ['checkcommand=/usr/local/bin/check'] : []),
    ...stated('checktimeout', virtual.checkTimeout),
    ...stated('checkcount', virtual.checkCount),
    ...stated('failurecount', virtual.failureCount),
    ...stated('checkinterval', virtual.interval),
    `scheduler=${virtual.scheduler}`,
    ...stated('persistent', virtual.persistence),
    ...stated('quiescent', yesNo(virtual.quiescent)),
    ...stated('cleanstop', yesNo(virtual.cleanstop)),
    ...stated('fallbackcommand', virtual.fallbackCommand),
    ...(virtual.monitorFile ? ['monitorfile=/var/log/monitor'] : []),
  ];
}

function realText(virtual: VirtualPlan, real: RealPlan): string {
  const upper = real.upper > 0 ? ` u:${real.upper}` : '';
  return `${placeText(virtual, real)} ${real.weight}${upper}`;
}

function placeText({ family }: VirtualPlan, { server, port, forwarding }: PlacePlan): string {
  return `${named(serverAddress(server, family), port)} ${forwarding}`;
}

function stated(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

function yesNo(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? 'yes' : 'no';
}
