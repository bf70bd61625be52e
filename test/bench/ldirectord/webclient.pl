#!/usr/bin/perl
# Asks the bench's web server for its page as quickly as one process can: `webclient.pl PORT COUNT
# http|connect` prints how many times a second that went.
use strict;
use Socket qw(AF_INET SOCK_STREAM INADDR_LOOPBACK pack_sockaddr_in);
use Time::HiRes qw(time);

my ($port, $count, $kind) = @ARGV;
my $server = pack_sockaddr_in($port, INADDR_LOOPBACK);
my $request = "GET /test.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
my $begun = time;
for (1 .. $count) {
	socket(my $connection, AF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($connection, $server) or die "connect: $!\n";
	if ($kind eq 'http') {
		syswrite($connection, $request);
		sysread($connection, my $answer, 4096) or die "no answer\n";
	}
	close($connection);
}
printf "%.0f\n", $count / (time - $begun);
