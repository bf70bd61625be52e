/** What ldirectord 4.12 prints on wrong usage. */

export const USAGE = `Usage:
    ldirectord [-d|--debug] [--] [configfile] start | stop | restart |
    try-restart | reload | force-reload | status

    ldirectord [-h|-?|--help|-v|--version]

Options:
    configuration: This is the name for the configuration as specified in
    the file /etc/ha.d/conf/configuration

    -d|--debug Don't start as daemon and log verbosely.

    -h|--help Print user manual and exit.

    -v|--version Print version and exit.

    start the daemon for the specified configuration.

    stop the daemon for the specified configuration. This is the same as
    sending a TERM signal to the running daemon.

    restart the daemon for the specified configuration. The same as stopping
    and starting.

    reload the configuration file. This is only useful for modifications
    inside a virtual server entry. It will have no effect on adding or
    removing a virtual server block. This is the same as sending a HUP
    signal to the running daemon.

    status of the running daemon for the specified configuration.

`;
