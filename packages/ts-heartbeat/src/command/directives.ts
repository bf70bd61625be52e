/** The directives that `heartbeat -D`, `-DW` and `-v` list, in the order of heartbeat 3.0.6. */

export interface Directive {
  readonly name: string;
  /** Absent where there is none that holds for every machine. */
  readonly standard?: string;
  readonly meaning: string;
}

const CIB = '(valid only with: pacemaker on)';

export const DIRECTIVES: readonly Directive[] = [
  { name: 'cluster', standard: 'linux-ha', meaning: 'the name of cluster' },
  { name: 'hopfudge', standard: '1', meaning: '# of hops above cluster size' },
  { name: 'keepalive', standard: '1000ms', meaning: 'keepalive time' },
  { name: 'deadtime', standard: '30000ms', meaning: 'node deadtime' },
  { name: 'deadping', meaning: 'ping deadtime' },
  { name: 'initdead', meaning: 'initial deadtime' },
  { name: 'warntime', meaning: 'warning time' },
  { name: 'baud', standard: '19200', meaning: 'baud rate' },
  { name: 'udpport', meaning: 'UDP port number' },
  { name: 'logfacility', meaning: 'syslog log facility' },
  { name: 'logfile', meaning: 'log file' },
  { name: 'debugfile', meaning: 'debug file' },
  { name: 'auto_failback', standard: 'legacy', meaning: 'auto failback' },
  { name: 'rtprio', meaning: 'realtime priority' },
  { name: 'hbgenmethod', standard: 'file', meaning: 'protocol generation computation method' },
  { name: 'realtime', standard: 'true', meaning: 'enable realtime behavior?' },
  { name: 'debug', meaning: 'debug level' },
  { name: 'msgfmt', standard: 'classic', meaning: 'message format in the wire' },
  { name: 'use_logd', meaning: 'use logging daemon' },
  { name: 'conn_logd_time', standard: '60', meaning: 'the interval to reconnect to logd' },
  { name: 'log_badpack', standard: 'true', meaning: 'warn about bad packets' },
  { name: 'syslogmsgfmt', standard: 'true', meaning: 'log to files in syslog format' },
  { name: 'coredumps', standard: 'true', meaning: 'enable Linux-HA core dumps' },
  { name: 'coreroot', meaning: 'set root directory of core dump area' },
  { name: 'pacemaker', standard: 'false', meaning: 'enable Pacemaker resource management' },
  { name: 'autojoin', standard: 'none', meaning: 'set automatic join mode/style' },
  { name: 'uuidfrom', standard: 'file', meaning: 'set the source for uuid' },
  { name: 'compression', standard: 'zlib', meaning: 'set compression module' },
  { name: 'compression_threshold', standard: '2', meaning: 'set compression threshold' },
  { name: 'traditional_compression', standard: 'no', meaning: 'set traditional_compression' },
  { name: 'max_rexmit_delay', standard: '250', meaning: 'set the maximum rexmit delay time' },
  { name: 'record_config_changes', standard: 'on', meaning: `record changes to the cib ${CIB}` },
  {
    name: 'record_pengine_inputs',
    standard: 'on',
    meaning: `record the input used by the policy engine ${CIB}`,
  },
  {
    name: 'enable_config_writes',
    standard: 'on',
    meaning: `write configuration changes to disk ${CIB}`,
  },
  {
    name: 'memreserve',
    standard: '6500',
    meaning: 'number of kbytes to preallocate in heartbeat',
  },
];
