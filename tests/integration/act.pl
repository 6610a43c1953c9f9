# Lets people act in Request Tracker at moments of our choice, by RT's own API. Each line of the input is a step in JSON;
# its moment is written to the file that libfaketime reads, so everything RT writes down is dated by it.
use strict;
use warnings;
use JSON ();
use MIME::Entity;
use RT -init;

my ($clock) = @ARGV;
my (%users, %tickets, %queues);

sub now_is { open my $file, '>', $clock or die $!; print $file "$_[0]\n"; close $file }
sub words { return MIME::Entity->build(Type => 'text/plain', Charset => 'utf-8', Data => ["$_[0]\n"]) }
sub as { return RT::CurrentUser->new($_[0] eq 'RT_System' ? RT->SystemUser->id : $users{$_[0]}) }
sub done { my ($ok, @said) = @_; die join(' ', map { $_ // '' } @said) . "\n" unless $ok; return $ok }

sub ticket {
    my ($step) = @_;
    my $ticket = RT::Ticket->new(as($step->{as}));
    $ticket->LoadById($tickets{$step->{ticket}});
    return $ticket;
}

my %deed = (
    user => sub {
        my ($step) = @_;
        my $user = RT::User->new(RT->SystemUser);
        my %more = map { $_ => $step->{$_} } grep { defined $step->{$_} } qw(EmailAddress Password WorkPhone RealName Timezone);
        done($user->Create(Name => $step->{name}, Privileged => $step->{staff} ? 1 : 0, %more));
        $users{$step->{name}} = $user->id;
        done($user->PrincipalObj->GrantRight(Right => $_, Object => RT->System)) for @{ $step->{rights} || [] };
    },
    queue => sub {
        my ($step) = @_;
        my $queue = RT::Queue->new(RT->SystemUser);
        done($queue->Create(Name => $step->{name}));
        $queues{$step->{name}} = $queue->id;
        for my $name (@{ $step->{shown_to} || [] }) {
            my $user = RT::User->new(RT->SystemUser);
            done($user->Load($users{$name}));
            done($user->PrincipalObj->GrantRight(Right => $_, Object => $queue)) for qw(ShowTicket SeeQueue);
        }
    },
    everyone => sub {
        my ($step) = @_;
        my $group = RT::Group->new(RT->SystemUser);
        $group->LoadSystemInternalGroup('Everyone');
        done($group->PrincipalObj->GrantRight(Right => $_, Object => RT->System)) for @{ $step->{rights} };
    },
    field => sub {
        my ($step) = @_;
        my $field = RT::CustomField->new(RT->SystemUser);
        done($field->Create(Name => $step->{name}, Type => 'SelectSingle', LookupType => 'RT::Queue-RT::Ticket'));
        done($field->AddToObject(RT::Queue->new(RT->SystemUser)));
        done($field->AddValue(Name => $_)) for @{ $step->{values} };
    },
    create => sub {
        my ($step) = @_;
        my $ticket = RT::Ticket->new(as($step->{as}));
        my ($id, undef, $said) = $ticket->Create(
            Queue => $step->{queue}, Subject => $step->{ticket}, MIMEObj => words('It does not work.'),
            Requestor => [ $users{ $step->{for} || $step->{as} } ],
        );
        done($id, $said);
        $tickets{$step->{ticket}} = $id;
    },
    reply => sub {
        my ($step) = @_;
        done(ticket($step)->Correspond(MIMEObj => words('Have a look.'), TimeTaken => $step->{minutes} || 0));
    },
    comment => sub {
        my ($step) = @_;
        done(ticket($step)->Comment(MIMEObj => words('Between us.'), TimeTaken => $step->{minutes} || 0));
    },
    status => sub { done(ticket($_[0])->SetStatus($_[0]{to})) },
    take => sub { done(ticket($_[0])->Take) },
    owner => sub { done(ticket($_[0])->SetOwner($users{ $_[0]{to} }, 'Give')) },
    move => sub { done(ticket($_[0])->SetQueue($queues{ $_[0]{to} })) },
    priority => sub { done(ticket($_[0])->SetPriority($_[0]{to})) },
    reason => sub { done(ticket($_[0])->AddCustomFieldValue(Field => 'Reason', Value => $_[0]{to})) },
    merge => sub { done(ticket($_[0])->MergeInto($tickets{ $_[0]{to} })) },
    token => sub {
        my ($step) = @_;
        my $token = RT::AuthToken->new(as($step->{as}));
        my ($ok, $said, $text) = $token->Create(Owner => $users{ $step->{as} }, Description => 'Deskpulse');
        done($ok, $said);
        $tickets{token} = $text;
    },
);

while (my $line = <STDIN>) {
    my $step = JSON::decode_json($line);
    now_is($step->{at});
    eval { $deed{ $step->{do} }->($step); 1 } or die "$line: $@";
}
print JSON::encode_json({ tickets => \%tickets, users => \%users, queues => \%queues }), "\n";
