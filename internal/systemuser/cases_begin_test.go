package systemuser

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

func whileGranted() map[string]conversation {
	const clientMissing = v1alpha1.ReasonSystemClientMissing
	still := found(granted, forUser, testID, "")
	return map[string]conversation{
		"granted": {
			reason: "a token is all that it takes", known: has, steps: []step{token(testNumber, nil)},
			want: still,
		},
		"granted prompted": {
			reason: "a prompt sends no request to a customer that has given access", known: has,
			prompt: prompt, steps: []step{token(testNumber, nil)}, want: still,
		},
		"granted, ref": {
			reason: "token requests use the known reference",
			known:  Known{State: granted, ExternalRef: promptRef},
			steps:  []step{token(promptRef, nil)},
			want:   refIs(promptRef, plain(granted)),
		},
		"granted, gone": {
			reason: "access has ended by the word of both, and of the whole list",
			known:  has,
			steps:  []step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()},
			want:   plain(withdrawn),
		},
		"granted, gone, prompted": {
			reason: "and the customer that withdrew it does not get a request at once",
			known:  has,
			prompt: prompt,
			steps:  []step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()},
			want:   plain(withdrawn),
		},
		"granted, client missing": {
			reason: "if Altinn has it, the fault is ours",
			known:  has,
			steps:  []step{token(testNumber, errMissing), userIs(testNumber)},
			want:   faulty(clientMissing, errMissing, still),
		},
		"granted, client missing, new": {
			reason: "also soon after the approval: Maskinporten has seen it",
			known:  has,
			steps:  []step{token(testNumber, errMissing), userIsNew(testNumber, 0)},
			want:   faulty(clientMissing, errMissing, still),
		},
	}
}

func fresh() map[string]conversation {
	ofOthers := request(altinn.StatusAccepted, sickPay)
	before := Known{State: unknown, Other: Pending{ID: otherID, Kind: forChange}}
	beforeUser := Known{State: unknown, Other: Pending{ID: otherID, Kind: forUser}}
	pending := with(request(altinn.StatusNew, sickPay), otherID, testNumber)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	uncovered := []step{token(testNumber, nil), find(testNumber, ofOthers)}
	asksMore := append(slices.Clone(uncovered), userIs(testNumber))
	return map[string]conversation{
		"first": {
			reason: "there was no request, and there is no system user: one request is for all services",
			steps:  append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))),
			want:   found(awaiting, forUser, testID, testURL),
		},
		"not granted": {
			reason: "a state that says the same",
			known:  Known{State: notYet},
			steps:  append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))),
			want:   found(awaiting, forUser, testID, testURL),
		},
		"first, prompted": {
			reason: "a prompt concerns customers that rejected a request",
			prompt: prompt,
			steps:  append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))),
			want:   found(awaiting, forUser, testID, testURL),
		},
		"first, client missing": {
			reason: "Altinn has a user that Maskinporten does not find: no request is sent",
			steps:  []step{token(testNumber, errMissing), userIs(testNumber)},
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
		},
		"first, Maskinporten lags": {
			reason: "Altinn has a user that Maskinporten may not see yet: nothing is learnt",
			steps:  []step{token(testNumber, errMissing), userIsNew(testNumber, 0)},
			want:   faulty("", errAny, plain(unknown)),
		},
		"by hand": {
			reason: "access that was given at Altinn",
			known:  Known{State: unknown},
			steps:  []step{token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber)},
			want:   plain(granted),
		},
		"by hand, changed": {
			reason: "the service needs other rights since",
			known:  Known{State: unknown, Access: "before"},
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"by hand, changed, has them": {
			reason: "Altinn knows the rights of the system user",
			known:  Known{State: unknown, Access: "before"},
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNoChangeNeeded), firstChange, testNumber)),
			},
			want: found(granted, forChange, firstChange, ""),
		},
		"by hand, changed, refused before": {
			reason: "only a person has a customer asked again that said no",
			known:  Known{State: withdrawn, ExternalRef: testNumber, Access: "before"},
			steps:  []step{token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber)},
			want:   plain(granted),
		},
		"by hand, request, changed": {
			reason: "the waiting request is for a system user",
			known:  Known{State: unknown, Access: "before"},
			steps: []step{
				token(testNumber, nil), find(testNumber, request(altinn.StatusNew, sickPay)), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"by hand, request": {
			reason: "also while a request still waits",
			known:  Known{State: unknown},
			steps:  []step{token(testNumber, nil), find(testNumber, request(altinn.StatusNew, sickPay))},
			want:   plain(granted),
		},
		"there": {
			reason: "access by another service's request",
			known:  Known{State: unknown},
			steps:  []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))},
			want:   found(granted, forUser, testID, ""),
		},
		"more": {
			reason: "the system user is for other services: a change",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"more, accepted": {
			reason: "the change was accepted, and the status lost",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, with(request(altinn.StatusAccepted), firstChange, testNumber))),
			want: found(granted, forChange, firstChange, ""),
		},
		"more, none": {
			reason: "Altinn says that nothing is missing",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, with(request(altinn.StatusNoChangeNeeded), firstChange, testNumber))),
			want: found(granted, forChange, firstChange, ""),
		},
		"more, rejected": {
			reason: "the change was refused, and the status lost",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, with(request(altinn.StatusRejected), firstChange, testNumber))),
			want: found(rejected, forChange, firstChange, ""),
		},
		"more, timed out": {
			reason: "the change timed out, and the status was lost: another",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, timedOut(with(request(altinn.StatusNew), firstChange, testNumber))),
				askChange(nextChange, with(request(altinn.StatusNew), nextChange, testNumber))),
			want: found(awaiting, forChange, nextChange, testURL),
		},
		"more, timed out twice": {
			reason: "and the next one too: it goes on from there",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, timedOut(with(request(altinn.StatusNew), firstChange, testNumber))),
				askChange(nextChange, timedOut(with(request(altinn.StatusNew), nextChange, testNumber)))),
			want: found(awaiting, forChange, nextChange, testURL),
		},
		"more, pending": {
			reason: "a change that waits is found again, in the other way",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassPending)),
				lookChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"more, answered": {
			reason: "and one that was answered",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassIDUsed)),
				lookChange(firstChange, with(request(altinn.StatusRejected), firstChange, testNumber))),
			want: found(rejected, forChange, firstChange, ""),
		},
		"more, deleted": {
			reason: "the id of one that was deleted cannot be used again",
			known:  Known{State: unknown},
			steps: append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassIDUsed)),
				step{call: "change " + firstChange, err: errNoRequest},
				askChange(nextChange, with(request(altinn.StatusNew), nextChange, testNumber))),
			want: found(awaiting, forChange, nextChange, testURL),
		},
		"more, rights": {
			reason: "our system has no such right",
			known:  Known{State: unknown},
			steps:  append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassRightsRejected))),
			want:   faulty(v1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"more, gone": {
			reason: "a token for a user that does not exist is a violation",
			known:  Known{State: unknown},
			steps:  append(slices.Clone(uncovered), userFails(testNumber, errGone)),
			want:   faulty("", errAny, plain(unknown)),
		},
		"more, gone later": {
			reason: "nor a moment later",
			known:  Known{State: unknown},
			steps:  append(slices.Clone(asksMore), askChangeFails(firstChange, errGone)),
			want:   faulty("", errAny, plain(unknown)),
		},
		"joins": {
			reason: "another service's change is pending: a customer has one at a time",
			known:  before,
			steps:  append(slices.Clone(uncovered), lookChange(otherID, pending)),
			want:   found(awaiting, forChange, otherID, testURL),
		},
		"joins, granted": {
			reason: "it was accepted, for this service too",
			known:  before,
			steps: append(slices.Clone(uncovered),
				lookChange(otherID, with(request(altinn.StatusAccepted), otherID, testNumber))),
			want: found(granted, forChange, otherID, ""),
		},
		"joins, over": {
			reason: "it was accepted, for others: this service's own",
			known:  before,
			steps: append(slices.Clone(uncovered),
				lookChange(otherID, with(request(altinn.StatusAccepted, sickPay), otherID, testNumber)),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"joins, user": {
			reason: "another service's request is pending: so too",
			known:  beforeUser,
			steps:  append(slices.Clone(gone), look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))),
			want:   refIs(promptRef, found(awaiting, forUser, otherID, testURL)),
		},
		"joins, user, over": {
			reason: "it was answered: this service's own",
			known:  beforeUser,
			steps: append(slices.Clone(gone), look(otherID, with(request(altinn.StatusRejected), otherID, promptRef)),
				ask(testNumber, request(altinn.StatusNew))),
			want: found(awaiting, forUser, testID, testURL),
		},
		"joins, user, not for more": {
			reason: "who has a user does not wait for one",
			known:  beforeUser,
			steps: append(slices.Clone(asksMore),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"joins, lost": {
			reason: "it no longer exists",
			known:  before,
			steps: append(slices.Clone(uncovered), step{call: "change " + otherID, err: errNoRequest},
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
	}
}

// afterRequest has Altinn's responses to the first request if there was one before.
func afterRequest() map[string]conversation {
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	says := func(last ...step) []step { return append(slices.Clone(gone), last...) }
	old, asksNew := timedOut(request(altinn.StatusNew)), ask(testNumber,
		with(request(altinn.StatusNew), otherID, testNumber))
	return map[string]conversation{
		"found pending": {
			reason: "one that waits is found again, in either way",
			steps:  says(askFails(testNumber, refused(altinn.ClassPending)), find(testNumber, request(altinn.StatusNew))),
			want:   found(awaiting, forUser, testID, testURL),
		},
		"found for others": {
			reason: "one that waits, for other services: it is waited for first",
			steps:  says(ask(testNumber, request(altinn.StatusNew, sickPay))),
			want:   found(awaiting, forUser, testID, testURL),
		},
		"found accepted": {
			reason: "the yes came this moment",
			steps:  says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)),
			want:   found(granted, forUser, testID, ""),
		},
		"found accepted, error": {
			reason: "in the other way",
			steps: says(askFails(testNumber, refused(altinn.ClassAlreadyAccepted)),
				find(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)),
			want: found(granted, forUser, testID, ""),
		},
		"found accepted, others": {
			reason: "the yes was to other services",
			steps: says(ask(testNumber, request(altinn.StatusAccepted, sickPay)), token(testNumber, nil), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"found withdrawn": {
			reason: "the yes was taken back, and the status lost",
			steps: says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing),
				userFails(testNumber, errGone), lists()),
			want: plain(withdrawn),
		},
		"found accepted, client missing": {
			reason: "the yes came this moment, and our client is missing",
			steps:  says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing), userIs(testNumber)),
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
		},
		"found existing": {
			reason: "a system user came this moment",
			steps: says(askFails(testNumber, refused(altinn.ClassAlreadyExists)),
				find(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)),
			want: found(granted, forUser, testID, ""),
		},
		"found rejected": {
			reason: "a no that was forgotten",
			steps:  says(ask(testNumber, request(altinn.StatusRejected))),
			want:   found(rejected, forUser, testID, ""),
		},
		"found denied": {
			reason: "a no by Altinn",
			steps:  says(ask(testNumber, request(altinn.StatusDenied))),
			want:   found(rejected, forUser, testID, ""),
		},
		"found rejected, error": {
			reason: "in the other way",
			steps:  says(askFails(testNumber, refused(altinn.ClassRejected)), find(testNumber, request(altinn.StatusRejected))),
			want:   found(rejected, forUser, testID, ""),
		},
		"found denied, error": {
			reason: "in the other way",
			steps:  says(askFails(testNumber, refused(altinn.ClassDenied)), find(testNumber, request(altinn.StatusDenied))),
			want:   found(rejected, forUser, testID, ""),
		},
		"found timed out": {
			reason: "an old one stands in the way: it is deleted",
			steps:  says(ask(testNumber, old), deletes(testID), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, error": {
			reason: "in the other way",
			steps:  says(askFails(testNumber, refused(altinn.ClassPending)), find(testNumber, old), deletes(testID), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, gone": {
			reason: "it was deleted elsewhere",
			steps:  says(ask(testNumber, old), step{call: "delete " + testID, err: errNoRequest}, asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, still there": {
			reason: "what says that it was deleted was not Altinn",
			steps:  says(ask(testNumber, old), deletes(testID), ask(testNumber, old)),
			want:   faulty("", errAny, plain(unknown)),
		},
		"found rejected, others": {
			reason: "a no to another service that is not listed any more, or has recorded it, is none to this one",
			steps:  says(ask(testNumber, request(altinn.StatusRejected, "other")), deletes(testID), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, not recorded": {
			reason: "another service waits for it, and would take it for one that was approved when it is deleted",
			known:  Known{State: unknown, Other: Pending{ID: testID, Kind: forUser}},
			steps: []step{
				token(testNumber, errMissing), userFails(testNumber, errGone), look(testID, timedOut(request(altinn.StatusNew))),
				ask(testNumber, timedOut(request(altinn.StatusNew))),
			},
			want: faulty("", errAny, plain(unknown)),
		},
		"found timed out, of a service that is not offered": {
			reason: "that one is not looked at any more, and is not waited for",
			known:  Known{State: unknown, Other: Pending{ID: testID, Kind: forUser}},
			steps: []step{
				token(testNumber, errMissing), userFails(testNumber, errGone), look(testID,
					timedOut(request(altinn.StatusNew, "gone"))),
				ask(testNumber, timedOut(request(altinn.StatusNew, "gone"))), deletes(testID),
				ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber)),
			},
			want: found(awaiting, forUser, otherID, testURL),
		},
		"found rejected, not recorded": {
			reason: "a no to another service that would be asked for with it: it is recorded there first",
			steps:  says(ask(testNumber, request(altinn.StatusRejected, sickPay))),
			want:   faulty("", errAny, plain(unknown)),
		},
		"rights": {
			reason: "our system has no such right",
			steps:  says(askFails(testNumber, refused(altinn.ClassRightsRejected))),
			want:   faulty(v1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"system": {
			reason: "our system is not registered",
			steps:  says(askFails(testNumber, refused(altinn.ClassSystemNotFound))),
			want:   faulty(v1alpha1.ReasonSystemNotRegistered, errAny, plain(unknown)),
		},
	}
}
