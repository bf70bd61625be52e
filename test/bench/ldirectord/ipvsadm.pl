#!/usr/bin/perl
# Stands for ipvsadm in the bench: hands the call to the table that the bench keeps and says what it
# answers. In Perl because it starts as quickly as the real one does, and so adds nothing to a time.
use strict;

my ($local, $stream, $written) = (1, 1, 1);    # AF_UNIX, SOCK_STREAM, SHUT_WR
socket(my $table, $local, $stream, 0) or die "ipvsadm: socket: $!\n";
connect($table, pack('S a108', $local, '/run/ipvs/table')) or die "ipvsadm: no table: $!\n";
my $rules = (grep { $_ eq '-R' } @ARGV) ? join('', <STDIN>) : '';
my $call = join("\0", scalar(@ARGV), @ARGV, $rules);
while ($call ne '') {
	my $sent = syswrite($table, $call) or die "ipvsadm: $!\n";
	substr($call, 0, $sent) = '';
}
shutdown($table, $written);
my ($code, $error, $output) = split(/\0/, join('', <$table>), 3);
print STDERR $error;
print $output;
exit $code;
