#!/usr/bin/perl
# A web server that costs next to nothing: `webserver.pl PORT PROCESSES` answers every request with
# one small page, in so many processes that wait on one socket.
use strict;
use Socket qw(AF_INET SOCK_STREAM SOL_SOCKET SO_REUSEADDR INADDR_LOOPBACK pack_sockaddr_in);

my ($port, $processes) = @ARGV;
my $page = "Test Page\n";
my $answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
	. length($page) . "\r\nConnection: close\r\n\r\n$page";

$SIG{PIPE} = 'IGNORE';
socket(my $socket, AF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
bind($socket, pack_sockaddr_in($port, INADDR_LOOPBACK)) or die "bind: $!\n";
listen($socket, 4096) or die "listen: $!\n";
$| = 1;
print "listening\n";
for (2 .. $processes) { last unless fork }
while (1) {
	accept(my $connection, $socket) or next;
	sysread($connection, my $request, 4096) and syswrite($connection, $answer);
	close($connection);
}
