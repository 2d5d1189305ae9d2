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
		"granted":          {"a token is all that it takes", has, "", []step{token(testNumber, nil)}, still},
		"granted prompted": {"a prompt sends no request to a customer that has given access", has, prompt, []step{token(testNumber, nil)}, still},
		"granted, ref": {
			"token requests use the known reference",
			Known{State: granted, ExternalRef: promptRef},
			"",
			[]step{token(promptRef, nil)},
			refIs(promptRef, plain(granted)),
		},
		"granted, gone": {
			"access has ended by the word of both, and of the whole list", has, "",
			[]step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()},
			plain(withdrawn),
		},
		"granted, gone, prompted": {
			"and the customer that withdrew it does not get a request at once", has, prompt,
			[]step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()},
			plain(withdrawn),
		},
		"granted, client missing": {
			"if Altinn has it, the fault is ours", has, "",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(clientMissing, errMissing, still),
		},
		"granted, client missing, new": {
			"also soon after the approval: Maskinporten has seen it", has, "",
			[]step{token(testNumber, errMissing), userIsNew(testNumber, 0)},
			faulty(clientMissing, errMissing, still),
		},
	}
}

func fresh() map[string]conversation {
	ofOthers := request(altinn.StatusAccepted, sickPay)
	before := Known{State: unknown, Other: Pending{otherID, forChange}}
	beforeUser := Known{State: unknown, Other: Pending{otherID, forUser}}
	pending := with(request(altinn.StatusNew, sickPay), otherID, testNumber)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	uncovered := []step{token(testNumber, nil), find(testNumber, ofOthers)}
	asksMore := append(slices.Clone(uncovered), userIs(testNumber))
	return map[string]conversation{
		"first": {
			"there was no request, and there is no system user: one request is for all services",
			Known{},
			"",
			append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))), found(awaiting, forUser, testID, testURL),
		},
		"not granted": {
			"a state that says the same",
			Known{State: notYet},
			"",
			append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))), found(awaiting, forUser, testID, testURL),
		},
		"first, prompted": {
			"a prompt concerns customers that rejected a request",
			Known{},
			prompt,
			append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))), found(awaiting, forUser, testID, testURL),
		},
		"first, client missing": {
			"Altinn has a user that Maskinporten does not find: no request is sent",
			Known{},
			"",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
		},
		"first, Maskinporten lags": {
			"Altinn has a user that Maskinporten may not see yet: nothing is learnt",
			Known{},
			"",
			[]step{token(testNumber, errMissing), userIsNew(testNumber, 0)},
			faulty("", errAny, plain(unknown)),
		},
		"by hand": {
			"access that was given at Altinn",
			Known{State: unknown},
			"",
			[]step{token(testNumber, nil), findFails(testNumber, errNoRequest)},
			plain(granted),
		},
		"by hand, request": {
			"also while a request still waits",
			Known{State: unknown},
			"",
			[]step{token(testNumber, nil), find(testNumber, request(altinn.StatusNew, sickPay))},
			plain(granted),
		},
		"there": {
			"access by another service's request",
			Known{State: unknown},
			"",
			[]step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))},
			found(granted, forUser, testID, ""),
		},
		"more": {
			"the system user is for other services: a change",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
		"more, accepted": {
			"the change was accepted, and the status lost",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusAccepted), firstChange, testNumber))),
			found(granted, forChange, firstChange, ""),
		},
		"more, none": {
			"Altinn says that nothing is missing",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusNoChangeNeeded), firstChange, testNumber))),
			found(granted, forChange, firstChange, ""),
		},
		"more, rejected": {
			"the change was refused, and the status lost",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusRejected), firstChange, testNumber))),
			found(rejected, forChange, firstChange, ""),
		},
		"more, timed out": {
			"the change timed out, and the status was lost: another",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, timedOut(with(request(altinn.StatusNew), firstChange, testNumber))),
				askChange(nextChange, with(request(altinn.StatusNew), nextChange, testNumber))),
			found(awaiting, forChange, nextChange, testURL),
		},
		"more, timed out twice": {
			"and the next one too: it goes on from there",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, timedOut(with(request(altinn.StatusNew), firstChange, testNumber))),
				askChange(nextChange, timedOut(with(request(altinn.StatusNew), nextChange, testNumber)))),
			found(awaiting, forChange, nextChange, testURL),
		},
		"more, pending": {
			"a change that waits is found again, in the other way",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassPending)),
				lookChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
		"more, answered": {
			"and one that was answered",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassIDUsed)),
				lookChange(firstChange, with(request(altinn.StatusRejected), firstChange, testNumber))),
			found(rejected, forChange, firstChange, ""),
		},
		"more, deleted": {
			"the id of one that was deleted cannot be used again",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassIDUsed)), step{call: "change " + firstChange, err: errNoRequest},
				askChange(nextChange, with(request(altinn.StatusNew), nextChange, testNumber))),
			found(awaiting, forChange, nextChange, testURL),
		},
		"more, rights": {
			"our system has no such right",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassRightsRejected))),
			faulty(v1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"more, gone": {
			"a token for a user that does not exist is a violation",
			Known{State: unknown},
			"",
			append(slices.Clone(uncovered), userFails(testNumber, errGone)), faulty("", errAny, plain(unknown)),
		},
		"more, gone later": {
			"nor a moment later",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, errGone)), faulty("", errAny, plain(unknown)),
		},
		"joins": {
			"another service's change is pending: a customer has one at a time", before, "",
			append(slices.Clone(uncovered), lookChange(otherID, pending)), found(awaiting, forChange, otherID, testURL),
		},
		"joins, granted": {
			"it was accepted, for this service too", before, "",
			append(slices.Clone(uncovered), lookChange(otherID, with(request(altinn.StatusAccepted), otherID, testNumber))),
			found(granted, forChange, otherID, ""),
		},
		"joins, over": {
			"it was accepted, for others: this service's own", before, "",
			append(slices.Clone(uncovered), lookChange(otherID, with(request(altinn.StatusAccepted, sickPay), otherID, testNumber)),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
		"joins, user": {
			"another service's request is pending: so too", beforeUser, "",
			append(slices.Clone(gone), look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))),
			refIs(promptRef, found(awaiting, forUser, otherID, testURL)),
		},
		"joins, user, over": {
			"it was answered: this service's own", beforeUser, "",
			append(slices.Clone(gone), look(otherID, with(request(altinn.StatusRejected), otherID, promptRef)), ask(testNumber, request(altinn.StatusNew))),
			found(awaiting, forUser, testID, testURL),
		},
		"joins, user, not for more": {
			"who has a user does not wait for one", beforeUser, "",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
		"joins, lost": {
			"it no longer exists", before, "",
			append(slices.Clone(uncovered), step{call: "change " + otherID, err: errNoRequest},
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
	}
}

// afterRequest has what Altinn may say to the first request, when there was one before.
func afterRequest() map[string]conversation {
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	says := func(last ...step) []step { return append(slices.Clone(gone), last...) }
	old, asksNew := timedOut(request(altinn.StatusNew)), ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber))
	return map[string]conversation{
		"found pending": {
			"one that waits is found again, in either way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassPending)), find(testNumber, request(altinn.StatusNew))),
			found(awaiting, forUser, testID, testURL),
		},
		"found for others": {
			"one that waits, for other services: it is waited for first",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusNew, sickPay))), found(awaiting, forUser, testID, testURL),
		},
		"found accepted": {
			"the yes came this moment",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)), found(granted, forUser, testID, ""),
		},
		"found accepted, error": {
			"in the other way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassAlreadyAccepted)), find(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)),
			found(granted, forUser, testID, ""),
		},
		"found accepted, others": {
			"the yes was to other services",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusAccepted, sickPay)), token(testNumber, nil), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber))),
			found(awaiting, forChange, firstChange, testURL),
		},
		"found withdrawn": {
			"the yes was taken back, and the status lost",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing), userFails(testNumber, errGone), lists()), plain(withdrawn),
		},
		"found accepted, client missing": {
			"the yes came this moment, and our client is missing",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing), userIs(testNumber)),
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
		},
		"found existing": {
			"a system user came this moment",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassAlreadyExists)), find(testNumber, request(altinn.StatusAccepted)), token(testNumber, nil)),
			found(granted, forUser, testID, ""),
		},
		"found rejected": {
			"a no that was forgotten",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusRejected))), found(rejected, forUser, testID, ""),
		},
		"found denied": {
			"a no by Altinn",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusDenied))), found(rejected, forUser, testID, ""),
		},
		"found rejected, error": {
			"in the other way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassRejected)), find(testNumber, request(altinn.StatusRejected))), found(rejected, forUser, testID, ""),
		},
		"found denied, error": {
			"in the other way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassDenied)), find(testNumber, request(altinn.StatusDenied))), found(rejected, forUser, testID, ""),
		},
		"found timed out": {
			"an old one stands in the way: it is deleted",
			Known{},
			"",
			says(ask(testNumber, old), deletes(testID), asksNew), found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, error": {
			"in the other way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassPending)), find(testNumber, old), deletes(testID), asksNew),
			found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, gone": {
			"it was deleted elsewhere",
			Known{},
			"",
			says(ask(testNumber, old), step{call: "delete " + testID, err: errNoRequest}, asksNew), found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, still there": {
			"what says that it was deleted was not Altinn",
			Known{},
			"",
			says(ask(testNumber, old), deletes(testID), ask(testNumber, old)), faulty("", errAny, plain(unknown)),
		},
		"found rejected, others": {
			"a no to another service that is not listed any more, or has recorded it, is none to this one",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusRejected, "other")), deletes(testID), asksNew), found(awaiting, forUser, otherID, testURL),
		},
		"found timed out, not recorded": {
			"another service waits for it, and would take it for one that was approved when it is deleted",
			Known{State: unknown, Other: Pending{testID, forUser}},
			"",
			[]step{
				token(testNumber, errMissing), userFails(testNumber, errGone), look(testID, timedOut(request(altinn.StatusNew))),
				ask(testNumber, timedOut(request(altinn.StatusNew))),
			},
			faulty("", errAny, plain(unknown)),
		},
		"found timed out, of a service that is not offered": {
			"that one is not looked at any more, and is not waited for",
			Known{State: unknown, Other: Pending{testID, forUser}},
			"",
			[]step{
				token(testNumber, errMissing), userFails(testNumber, errGone), look(testID, timedOut(request(altinn.StatusNew, "gone"))),
				ask(testNumber, timedOut(request(altinn.StatusNew, "gone"))), deletes(testID),
				ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber)),
			},
			found(awaiting, forUser, otherID, testURL),
		},
		"found rejected, not recorded": {
			"a no to another service that would be asked for with it: it is recorded there first",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusRejected, sickPay))), faulty("", errAny, plain(unknown)),
		},
		"rights": {
			"our system has no such right",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassRightsRejected))),
			faulty(v1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"system": {
			"our system is not registered",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassSystemNotFound))),
			faulty(v1alpha1.ReasonSystemNotRegistered, errAny, plain(unknown)),
		},
	}
}
