package systemuser

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/orgnumber"
)

func whileAwaiting() map[string]conversation {
	other := request(altinn.StatusNew)
	other.Owner = orgnumber.MustParse("310330701")
	noURL := request(altinn.StatusNew)
	noURL.ConfirmURL = ""
	yes := request(altinn.StatusAccepted)
	overButShown := plain(awaiting)
	overButShown.ConfirmURL = testURL
	waitsWithOther := waits
	waitsWithOther.Other = Pending{ID: otherID, Kind: forUser}
	renewing := waits
	renewing.OtherTimedOut = true
	lost := step{call: "request " + testID, err: errNoRequest}
	noUser := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	noRequest := findFails(testNumber, errNoRequest)
	asksNew := ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber))
	return map[string]conversation{
		"waiting": {
			reason: "no answer yet", known: waits, steps: []step{look(testID, request(altinn.StatusNew))},
			want: found(awaiting, forUser, testID, testURL),
		},
		"waiting, URL": {
			reason: "the known URL stays", known: waits, steps: []step{look(testID, noURL)},
			want: found(awaiting, forUser, testID, testURL),
		},
		"waiting, prompted": {
			reason: "a prompt sends no second request",
			known:  waits,
			prompt: prompt,
			steps:  []step{look(testID, request(altinn.StatusNew))},
			want:   found(awaiting, forUser, testID, testURL),
		},
		"waiting, unknown": {
			reason: "a known request is read, whatever the state",
			known:  Known{State: unknown, RequestID: testID},
			steps:  []step{look(testID, request(altinn.StatusNew))},
			want:   found(awaiting, forUser, testID, testURL),
		},
		"yes": {
			reason: "an approval is proved", known: waits, steps: []step{look(testID, yes), token(testNumber, nil)},
			want: found(granted, forUser, testID, ""),
		},
		"yes, ref": {
			reason: "by the request's reference",
			known:  Known{State: awaiting, RequestID: testID, RequestKind: forUser},
			steps:  []step{look(testID, with(yes, testID, promptRef)), token(promptRef, nil)},
			want:   refIs(promptRef, found(granted, forUser, testID, "")),
		},
		"yes, not yet": {
			reason: "Maskinporten needs a moment",
			known:  waits,
			steps:  []step{look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone)},
			want:   found(awaiting, forUser, testID, ""),
		},
		"yes, client missing": {
			reason: "Altinn has it: the fault is ours",
			known:  waits,
			steps:  []step{look(testID, yes), token(testNumber, errMissing), userIs(testNumber)},
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"yes, Maskinporten lags": {
			reason: "Altinn has it, and Maskinporten may not see it yet",
			known:  waits,
			steps:  []step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, maxLookupLag-time.Second)},
			want:   found(awaiting, forUser, testID, ""),
		},
		"yes, Altinn is ahead": {
			reason: "Altinn's clock may be ahead of ours",
			known:  waits,
			steps:  []step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, -time.Minute)},
			want:   found(awaiting, forUser, testID, ""),
		},
		"yes, Maskinporten never sees it": {
			reason: "after a while the fault is ours",
			known:  waits,
			steps:  []step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, maxLookupLag)},
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"yes, never": {
			reason: "a prompt ends the wait for a system user that was deleted at once",
			known:  waits,
			prompt: prompt,
			steps: []step{
				look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone),
				find(testNumber, yes), lists(), deletes(testID), ask(testNumber,
					with(request(altinn.StatusNew), otherID, testNumber)),
			},
			want: prompted(found(awaiting, forUser, otherID, testURL)),
		},
		"yes, others": {
			reason: "an approval of all services that were listed at the time",
			known:  waits,
			steps: []step{
				look(testID, request(altinn.StatusAccepted, sickPay)), token(testNumber, nil), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"no": {
			reason: "a rejection", known: waits, steps: []step{look(testID, request(altinn.StatusRejected))},
			want: found(rejected, forUser, testID, ""),
		},
		"no way": {
			reason: "denied, which means rejected", known: waits, steps: []step{look(testID, request(altinn.StatusDenied))},
			want: found(rejected, forUser, testID, ""),
		},
		"timed out": {
			reason: "no answer in 180 days: the status records that before anything is deleted",
			known:  waits,
			steps:  []step{look(testID, timedOut(request(altinn.StatusNew)))},
			want:   overButShown,
		},
		"timed out, next": {
			reason: "then another request takes its place",
			known:  Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			steps:  append(slices.Clone(noUser), ask(testNumber, timedOut(request(altinn.StatusNew))), deletes(testID), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"timed out, deleted": {
			reason: "also after a crash in between",
			known:  Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			steps:  append(slices.Clone(noUser), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"timed out, answered late": {
			reason: "Altinn's page may still accept an answer",
			known:  Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			steps:  []step{token(testNumber, nil), find(testNumber, yes)},
			want:   found(granted, forUser, testID, ""),
		},
		"vanished": {
			reason: "it was approved, and deleted with its system user: withdrawn",
			known:  waits,
			steps:  append(append([]step{lost}, noUser...), noRequest, lists()),
			want:   plain(withdrawn),
		},
		"vanished, rejected since": {
			reason: "another service has renewed it, and the customer rejected that one",
			known:  waits,
			steps: append(append([]step{lost}, noUser...),
				find(testNumber, with(request(altinn.StatusRejected), otherID, testNumber))),
			want: found(rejected, forUser, otherID, ""),
		},
		"vanished, denied since": {
			reason: "or Altinn denied it",
			known:  waits,
			steps: append(append([]step{lost}, noUser...),
				find(testNumber, with(request(altinn.StatusDenied), otherID, testNumber))),
			want: found(rejected, forUser, otherID, ""),
		},
		"vanished, renewed since": {
			reason: "or it waits for an answer, and no other service's status has it yet",
			known:  waits,
			steps: append(append([]step{lost}, noUser...),
				find(testNumber, with(request(altinn.StatusNew), otherID, testNumber))),
			want: found(awaiting, forUser, otherID, testURL),
		},
		"vanished, timed out since": {
			reason: "or it has timed out as well",
			known:  waits,
			steps: append(append([]step{lost}, noUser...),
				find(testNumber, timedOut(with(request(altinn.StatusNew), otherID, testNumber)))),
			want: overButShown,
		},
		"vanished, approved since": {
			reason: "or it was approved, and its system user deleted",
			known:  waits,
			steps:  append(append([]step{lost}, noUser...), find(testNumber, with(yes, otherID, testNumber)), lists()),
			want:   plain(withdrawn),
		},
		"vanished, others rejected": {
			reason: "a rejected request for other services alone rejects nothing here",
			known:  waits,
			steps: append(append([]step{lost}, noUser...),
				find(testNumber, with(request(altinn.StatusRejected, sickPay), otherID, testNumber)), lists()),
			want: plain(withdrawn),
		},
		"vanished, outage": {
			reason: "an outage leaves all as it was",
			known:  waits,
			steps:  append(append([]step{lost}, noUser...), findFails(testNumber, refused(altinn.ClassServerError))),
			want:   faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
		"vanished, listed": {
			reason: "unless the register has the system user",
			known:  waits,
			steps:  append(append([]step{lost}, noUser...), noRequest, lists(userOf(testOwner, testNumber))),
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"vanished, there": {
			reason: "or Maskinporten does",
			known:  waits,
			steps:  []step{lost, token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber)},
			want:   plain(granted),
		},
		"vanished, prompted": {
			reason: "a prompt sends another request",
			known:  waits,
			prompt: prompt,
			steps:  append(append([]step{lost}, noUser...), findFails(testNumber, errNoRequest), asksNew),
			want:   prompted(found(awaiting, forUser, otherID, testURL)),
		},
		"vanished, another": {
			reason: "the service waits for another service's request",
			known:  waitsWithOther,
			steps:  append(append([]step{lost}, noUser...), look(otherID, with(request(altinn.StatusNew), otherID, testNumber))),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"vanished, renewed": {
			reason: "another service deletes a request that timed out, and fails to send another: this is no withdrawal",
			known:  renewing,
			steps:  append(append([]step{lost}, noUser...), asksNew),
			want:   found(awaiting, forUser, otherID, testURL),
		},
		"vanished, renewed, fails": {
			reason: "also if sending it fails here, too",
			known:  renewing,
			steps:  append(append([]step{lost}, noUser...), askFails(testNumber, refused(altinn.ClassServerError))),
			want:   faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
		"other owner": {
			reason: "another customer's request",
			known:  waits,
			steps:  []step{look(testID, other)},
			want:   faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
	}
}
