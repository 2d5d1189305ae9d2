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
		"waiting": {reason: "no answer yet", known: waits, steps: []step{look(testID, request(altinn.StatusNew))},
			want: found(awaiting, forUser, testID, testURL)},
		"waiting, URL": {reason: "the known URL stays", known: waits, steps: []step{look(testID, noURL)},
			want: found(awaiting, forUser, testID, testURL)},
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
		"yes": {reason: "an approval is proved", known: waits, steps: []step{look(testID, yes), token(testNumber, nil)},
			want: found(granted, forUser, testID, "")},
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
		"no": {reason: "a rejection", known: waits, steps: []step{look(testID, request(altinn.StatusRejected))},
			want: found(rejected, forUser, testID, "")},
		"no way": {reason: "a denial by Altinn", known: waits, steps: []step{look(testID, request(altinn.StatusDenied))},
			want: found(rejected, forUser, testID, "")},
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
			steps:  []step{lost, token(testNumber, nil), findFails(testNumber, errNoRequest)},
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

func whileChanging() map[string]conversation {
	ok, yes := token(testNumber, nil), request(altinn.StatusAccepted)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()}
	return map[string]conversation{
		"changing": {reason: "no answer yet", known: waitsMore,
			steps: []step{ok, lookChange(testID, request(altinn.StatusNew))}, want: found(awaiting, forChange, testID, testURL)},
		"changing, no": {reason: "a rejection", known: waitsMore,
			steps: []step{ok, lookChange(testID, request(altinn.StatusRejected))}, want: found(rejected, forChange, testID, "")},
		"changing, prompted": {
			reason: "a prompt requests the same change only once",
			known:  waitsMore,
			prompt: prompt,
			steps:  []step{ok, lookChange(testID, ofUser(testUser, request(altinn.StatusNew))), userIs(testNumber)},
			want:   found(awaiting, forChange, testID, testURL),
		},
		"changing, another, prompted": {
			reason: "but the customer may have created another system user since",
			known:  waitsMore,
			prompt: prompt,
			steps: []step{
				ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber),
				find(testNumber, request(altinn.StatusAccepted, sickPay)),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"changing, another that covers, prompted": {
			reason: "which has the rights to all services",
			known:  waitsMore,
			prompt: prompt,
			steps: []step{ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber),
				find(testNumber, yes)},
			want: found(granted, forUser, testID, ""),
		},
		"changing, gone": {
			reason: "a change of a deleted system user changes nothing",
			known:  waitsMore,
			steps:  gone,
			want:   plain(withdrawn),
		},
		"changing, gone, prompted": {
			reason: "and the customer that withdrew it does not get a request at once",
			known:  waitsMore,
			prompt: prompt,
			steps:  gone,
			want:   plain(withdrawn),
		},
		"changing, client missing": {
			reason: "Altinn has it: the fault is ours",
			known:  waitsMore,
			steps:  []step{token(testNumber, errMissing), userIs(testNumber)},
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forChange, testID, testURL)),
		},
		"changed": {reason: "an approval", known: waitsMore, steps: []step{ok, lookChange(testID, yes)},
			want: found(granted, forChange, testID, "")},
		"changed, none": {
			reason: "no right was missing, so none is named",
			known:  waitsMore,
			steps:  []step{ok, lookChange(testID, request(altinn.StatusNoChangeNeeded, ""))},
			want:   found(granted, forChange, testID, ""),
		},
		"changed, others": {
			reason: "an approval of another service's change: this service requests its own",
			known:  waitsMore,
			steps: []step{
				ok, lookChange(testID, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"change timed out": {
			reason: "another change, because the id is used up",
			known:  waitsMore,
			steps: []step{
				ok, lookChange(testID, timedOut(request(altinn.StatusNew))), find(testNumber,
					request(altinn.StatusAccepted, sickPay)),
				userIs(testNumber), askChange(renewedChange, with(request(altinn.StatusNew), renewedChange, testNumber)),
			},
			want: found(awaiting, forChange, renewedChange, testURL),
		},
		"change lost, request too": {
			reason: "nothing shows that the system user has the right",
			known:  waitsMore,
			steps: []step{
				ok,
				{call: "change " + testID, err: errNoRequest},
				findFails(testNumber, errNoRequest),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
		"change lost": {
			reason: "the change no longer exists: the same again",
			known:  waitsMore,
			steps: []step{
				ok,
				{call: "change " + testID, err: errNoRequest},
				find(testNumber, request(altinn.StatusAccepted, sickPay)),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			want: found(awaiting, forChange, firstChange, testURL),
		},
	}
}

func afterNo() map[string]conversation {
	noUser := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	gone := append(slices.Clone(noUser), find(testNumber, request(altinn.StatusRejected)))
	asksNew := []step{deletes(testID), ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber))}
	asksAgain := append(slices.Clone(gone), asksNew...)
	asked := prompted(found(awaiting, forUser, otherID, testURL))
	noButAsked := saidNo
	noButAsked.Other = Pending{ID: otherID, Kind: forUser}
	again := saidNo
	again.AskedAgainFor = promptOrder
	back := []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))}
	return map[string]conversation{
		"rejected": {reason: "a rejection stays", known: saidNo, steps: []step{token(testNumber, errMissing)},
			want: found(rejected, forUser, testID, "")},
		"withdrawn": {reason: "so does a withdrawal", known: tookBack, steps: []step{token(testNumber, errMissing)},
			want: plain(withdrawn)},
		"rejected, by hand": {reason: "unless the customer creates a system user", known: saidNo,
			steps: []step{token(testNumber, nil), find(testNumber, request(altinn.StatusRejected))}, want: plain(granted)},
		"withdrawn, back": {reason: "or restores it", known: tookBack, steps: back,
			want: found(granted, forUser, testID, "")},
		"withdrawn, elsewise": {reason: "or creates another", known: tookBack,
			steps: []step{token(testNumber, nil), findFails(testNumber, errNoRequest)}, want: plain(granted)},
		"withdrawn, less": {
			reason: "or restores less",
			known:  tookBack,
			steps:  []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay))},
			want:   plain(withdrawn),
		},
		"withdrawn, less, prompted": {
			reason: "then a prompt requests the rest",
			known:  tookBack,
			prompt: prompt,
			steps: []step{
				token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber)),
			},
			want: prompted(found(awaiting, forChange, promptedChange, testURL)),
		},
		"rejected, prompted": {reason: "a prompt deletes the rejected request, which Altinn would return, and sends " +
			"another", known: saidNo, prompt: prompt, steps: asksAgain, want: asked},
		"withdrawn, prompted": {reason: "likewise after a withdrawal", known: tookBack, prompt: prompt, steps: asksAgain,
			want: asked},
		"withdrawn, prompted back": {reason: "unless the system user exists", known: tookBack, prompt: prompt, steps: back,
			want: found(granted, forUser, testID, "")},
		"rejected, prompted twice": {
			reason: "one prompt sends one request",
			known:  again,
			prompt: prompt,
			steps:  []step{token(testNumber, errMissing)},
			want:   prompted(found(rejected, forUser, testID, "")),
		},
		"rejected, prompted, deleted": {
			reason: "a crash between the deletion and the request: the request is sent",
			known:  saidNo,
			prompt: prompt,
			steps:  append(append(slices.Clone(noUser), findFails(testNumber, errNoRequest)), asksNew[1]),
			want:   asked,
		},
		"rejected, prompted, found": {
			reason: "a crash after the request: it is found again",
			known:  saidNo,
			prompt: prompt,
			steps:  append(slices.Clone(noUser), find(testNumber, with(request(altinn.StatusNew), otherID, testNumber))),
			want:   asked,
		},
		"rejected, prompted, no": {
			reason: "with its answer: a rejection that is not the known one is for this prompt",
			known:  saidNo,
			prompt: prompt,
			steps:  append(slices.Clone(noUser), find(testNumber, with(request(altinn.StatusRejected), otherID, testNumber))),
			want:   prompted(found(rejected, forUser, otherID, "")),
		},
		"withdrawn, prompted, accepted": {
			reason: "the request of a deleted system user may stay: it is dead as well",
			known:  tookBack,
			prompt: prompt,
			steps:  append(append(slices.Clone(noUser), find(testNumber, request(altinn.StatusAccepted)), lists()), asksNew...),
			want:   asked,
		},
		"withdrawn, prompted, listed": {
			reason: "unless the register has its system user after all",
			known:  tookBack,
			prompt: prompt,
			steps: append(slices.Clone(noUser), find(testNumber, request(altinn.StatusAccepted)),
				lists(userOf(testOwner, testNumber))),
			want: faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(withdrawn)),
		},
		"withdrawn, prompted, by hand": {
			reason: "a system user that the customer created had no request",
			known:  tookBack,
			prompt: prompt,
			steps:  append(append(slices.Clone(noUser), findFails(testNumber, errNoRequest)), asksNew[1]),
			want:   asked,
		},
		"withdrawn, prompted, waiting": {
			reason: "a request that waits, and was lost, is enough",
			known:  tookBack,
			prompt: prompt,
			steps:  append(slices.Clone(noUser), find(testNumber, request(altinn.StatusNew))),
			want:   prompted(found(awaiting, forUser, testID, testURL)),
		},
		"rejected, another asks": {
			reason: "another service's request includes this one",
			known:  noButAsked,
			steps:  []step{token(testNumber, errMissing), look(otherID, with(request(altinn.StatusNew), otherID, promptRef))},
			want:   refIs(promptRef, found(awaiting, forUser, otherID, testURL)),
		},
		"rejected, another asks for less": {
			reason: "and does not include this one",
			known:  noButAsked,
			steps: []step{token(testNumber, errMissing),
				look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))},
			want: found(rejected, forUser, testID, ""),
		},
		"rejected, another asks for less, prompted": {
			reason: "and this one waits for its turn",
			known:  noButAsked,
			prompt: prompt,
			steps:  append(slices.Clone(gone), look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))),
			want:   refIs(promptRef, asked),
		},
		"rejected, client missing": {
			reason: "Altinn has one: no request is sent",
			known:  saidNo,
			prompt: prompt,
			steps:  []step{token(testNumber, errMissing), userIs(testNumber)},
			want:   faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(rejected, forUser, testID, "")),
		},
		"change rejected": {
			reason: "the system user exists, without this right",
			known:  saidNoTo,
			steps:  []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay))},
			want:   found(rejected, forChange, testID, ""),
		},
		"change rejected, by hand": {
			reason: "or was created by the customer, with unknown rights",
			known:  saidNoTo,
			steps:  []step{token(testNumber, nil), findFails(testNumber, errNoRequest)},
			want:   found(rejected, forChange, testID, ""),
		},
		"change rejected, another": {
			reason: "or another one has the right",
			known:  saidNoTo,
			steps:  []step{token(testNumber, nil), find(testNumber, with(request(altinn.StatusAccepted), otherID, testNumber))},
			want:   found(granted, forUser, otherID, ""),
		},
		"change rejected, gone": {
			reason: "or no longer exists",
			known:  saidNoTo,
			steps:  []step{token(testNumber, errMissing)},
			want:   found(rejected, forChange, testID, ""),
		},
		"change rejected, prompted": {
			reason: "a prompt requests it again",
			known:  saidNoTo,
			prompt: prompt,
			steps: []step{token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber),
				askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber))},
			want: prompted(found(awaiting, forChange, promptedChange, testURL)),
		},
		"change rejected, gone, prompted": {reason: "with all services, if there is no system user", known: saidNoTo,
			prompt: prompt, steps: asksAgain, want: asked},
	}
}
