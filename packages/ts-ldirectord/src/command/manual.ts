/** What `ldirectord -h` prints. */
import { USAGE } from './usage.js';

/** The usage, the files, and every directive in one line. */
export const MANUAL = `ldirectord - checks real servers and keeps the IPVS table right

${USAGE.trimEnd()}

Files:
    FILE is looked for as /etc/ha.d/FILE, /etc/ha.d/conf/FILE, and as a path.
    Without one it is ldirectord.cf.

    /var/run/ldirectord.NAME.pid    NAME: last component of FILE, or ldirectord
    /var/log/ldirectord.log         the log, unless logfile says otherwise

Configuration:
    Global directives begin in the first column. A virtual opens a block;
    its lines are indented by a tab or four blanks. # begins a comment.

    checktimeout = seconds          limit of a connect, ping or external check
    negotiatetimeout = seconds      limit of a negotiate check
    checkinterval = seconds         from one check of a server to the next
    failurecount = number           failures in a row that take a server out
    checkcount = number             tries of a ping (use failurecount)
    autoreload = yes|no             follow a changed file
    callback = "program"            run with the path of a changed file
    fallback, fallback6 = host[:port] [gate|masq|ipip]
                                    serves while no real server is up
    fallbackcommand = command       run with start|stop address protocol
    logfile = "path"|"facility"     log to a file or to syslog
    execute = configuration         start another ldirectord with this one
    supervised = yes|no             stay in the foreground, log to stdout
    fork = yes|no                   accepted; checks never wait for each other
    quiescent = yes|no              weight 0 instead of removal (default no)
    readdquiescent = yes|no         add absent servers with weight 0
    cleanstop = yes|no              empty the table at the end
    maintenancedir = directory      a file named like a server takes it out
    emailalert = address            tell of changes by mail
    emailalertfreq = seconds        repeat while a server is down
    emailalertstatus = list         all, none, starting, running, stopping,
                                    reloading
    emailalertfrom = address
    smtp = host                     send mail there instead of by sendmail

    virtual = address:port|name:service|mark
    virtual6 = [address]:port|name:service|mark
        real = address[->address][:port] gate|masq|ipip [weight]
               ["request", "receive"] [l:number] [u:number]
        checktype = negotiate|connect|ping|external|external-perl|on|off|N
        service = dns|ftp|http|https|http_proxy|imap|imaps|ldap|ldaps|mysql|
                  nntp|none|oracle|pgsql|pop|pops|radius|simpletcp|sip|smtp|
                  submission
        checkcommand = program      of an external check
        checkport = number
        request = "text"            what is asked for
        receive = "pattern"         Perl pattern that the answer must match
        httpmethod = GET|HEAD
        virtualhost = name          Host header
        login, passwd, database, secret = "text"
        scheduler = name            wrr, rr, lc, wlc, ...
        schedflags = flags
        persistent = seconds
        netmask = dotted quad or prefix length
        protocol = tcp|udp|fwm
        ops = yes|no                one-packet scheduling
        monitorfile = path          one line for each check
        servicename, comment = text for mails
        and of the above: checktimeout, negotiatetimeout, failurecount,
        checkcount, checkinterval, fallback, fallbackcommand, quiescent,
        cleanstop, emailalert, emailalertfreq, emailalertstatus, smtp
`;
