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
	waitsWithOther.Other = Pending{otherID, forUser}
	renewing := waits
	renewing.OtherTimedOut = true
	lost := step{call: "request " + testID, err: errNoRequest}
	noUser := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	noRequest := findFails(testNumber, errNoRequest)
	asksNew := ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber))
	return map[string]conversation{
		"waiting":      {"no answer yet", waits, "", []step{look(testID, request(altinn.StatusNew))}, found(awaiting, forUser, testID, testURL)},
		"waiting, URL": {"the known URL stays", waits, "", []step{look(testID, noURL)}, found(awaiting, forUser, testID, testURL)},
		"waiting, prompted": {
			"a prompt sends no second request", waits, prompt,
			[]step{look(testID, request(altinn.StatusNew))},
			found(awaiting, forUser, testID, testURL),
		},
		"waiting, unknown": {
			"a known request is read, whatever the state",
			Known{State: unknown, RequestID: testID},
			"",
			[]step{look(testID, request(altinn.StatusNew))},
			found(awaiting, forUser, testID, testURL),
		},
		"yes": {"an approval is proved", waits, "", []step{look(testID, yes), token(testNumber, nil)}, found(granted, forUser, testID, "")},
		"yes, ref": {
			"by the request's reference",
			Known{State: awaiting, RequestID: testID, RequestKind: forUser},
			"",
			[]step{look(testID, with(yes, testID, promptRef)), token(promptRef, nil)},
			refIs(promptRef, found(granted, forUser, testID, "")),
		},
		"yes, not yet": {
			"Maskinporten needs a moment", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone)},
			found(awaiting, forUser, testID, ""),
		},
		"yes, client missing": {
			"Altinn has it: the fault is ours", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userIs(testNumber)},
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"yes, Maskinporten lags": {
			"Altinn has it, and Maskinporten may not see it yet", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, maxLookupLag-time.Second)},
			found(awaiting, forUser, testID, ""),
		},
		"yes, Altinn is ahead": {
			"Altinn's clock may be ahead of ours", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, -time.Minute)},
			found(awaiting, forUser, testID, ""),
		},
		"yes, Maskinporten never sees it": {
			"after a while the fault is ours", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userIsNew(testNumber, maxLookupLag)},
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"yes, never": {
			"a prompt ends the wait for a system user that was deleted at once", waits, prompt,
			[]step{
				look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone),
				find(testNumber, yes), lists(), deletes(testID), ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber)),
			},
			prompted(found(awaiting, forUser, otherID, testURL)),
		},
		"yes, others": {
			"an approval of all services that were listed at the time", waits, "",
			[]step{
				look(testID, request(altinn.StatusAccepted, sickPay)), token(testNumber, nil), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"no":     {"a rejection", waits, "", []step{look(testID, request(altinn.StatusRejected))}, found(rejected, forUser, testID, "")},
		"no way": {"a denial by Altinn", waits, "", []step{look(testID, request(altinn.StatusDenied))}, found(rejected, forUser, testID, "")},
		"timed out": {
			"no answer in 180 days: the status records that before anything is deleted", waits, "",
			[]step{look(testID, timedOut(request(altinn.StatusNew)))},
			overButShown,
		},
		"timed out, next": {
			"then another request takes its place",
			Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			"",
			append(slices.Clone(noUser), ask(testNumber, timedOut(request(altinn.StatusNew))), deletes(testID), asksNew),
			found(awaiting, forUser, otherID, testURL),
		},
		"timed out, deleted": {
			"also after a crash in between",
			Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			"",
			append(slices.Clone(noUser), asksNew), found(awaiting, forUser, otherID, testURL),
		},
		"timed out, answered late": {
			"Altinn's page may still accept an answer",
			Known{State: awaiting, ExternalRef: testNumber, ConfirmURL: testURL},
			"",
			[]step{token(testNumber, nil), find(testNumber, yes)},
			found(granted, forUser, testID, ""),
		},
		"vanished": {
			"it was approved, and deleted with its system user: withdrawn", waits, "",
			append(append([]step{lost}, noUser...), noRequest, lists()), plain(withdrawn),
		},
		"vanished, rejected since": {
			"another service has renewed it, and the customer rejected that one", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, with(request(altinn.StatusRejected), otherID, testNumber))),
			found(rejected, forUser, otherID, ""),
		},
		"vanished, denied since": {
			"or Altinn denied it", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, with(request(altinn.StatusDenied), otherID, testNumber))),
			found(rejected, forUser, otherID, ""),
		},
		"vanished, renewed since": {
			"or it waits for an answer, and no other service's status has it yet", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, with(request(altinn.StatusNew), otherID, testNumber))),
			found(awaiting, forUser, otherID, testURL),
		},
		"vanished, timed out since": {
			"or it has timed out as well", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, timedOut(with(request(altinn.StatusNew), otherID, testNumber)))),
			overButShown,
		},
		"vanished, approved since": {
			"or it was approved, and its system user deleted", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, with(yes, otherID, testNumber)), lists()), plain(withdrawn),
		},
		"vanished, others rejected": {
			"a rejected request for other services alone rejects nothing here", waits, "",
			append(append([]step{lost}, noUser...), find(testNumber, with(request(altinn.StatusRejected, sickPay), otherID, testNumber)), lists()),
			plain(withdrawn),
		},
		"vanished, outage": {
			"an outage leaves all as it was", waits, "",
			append(append([]step{lost}, noUser...), findFails(testNumber, refused(altinn.ClassServerError))),
			faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
		"vanished, listed": {
			"unless the register has the system user", waits, "",
			append(append([]step{lost}, noUser...), noRequest, lists(userOf(testOwner, testNumber))),
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"vanished, there": {
			"or Maskinporten does", waits, "",
			[]step{lost, token(testNumber, nil), findFails(testNumber, errNoRequest)},
			plain(granted),
		},
		"vanished, prompted": {
			"a prompt sends another request", waits, prompt,
			append(append([]step{lost}, noUser...), findFails(testNumber, errNoRequest), asksNew), prompted(found(awaiting, forUser, otherID, testURL)),
		},
		"vanished, another": {
			"the service waits for another service's request", waitsWithOther, "",
			append(append([]step{lost}, noUser...), look(otherID, with(request(altinn.StatusNew), otherID, testNumber))),
			found(awaiting, forUser, otherID, testURL),
		},
		"vanished, renewed": {
			"another service deletes a request that timed out, and fails to send another: this is no withdrawal", renewing, "",
			append(append([]step{lost}, noUser...), asksNew), found(awaiting, forUser, otherID, testURL),
		},
		"vanished, renewed, fails": {
			"also if sending it fails here, too", renewing, "",
			append(append([]step{lost}, noUser...), askFails(testNumber, refused(altinn.ClassServerError))),
			faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
		"other owner": {
			"another customer's request", waits, "",
			[]step{look(testID, other)},
			faulty("", errAny, found(awaiting, forUser, testID, testURL)),
		},
	}
}

func whileChanging() map[string]conversation {
	ok, yes := token(testNumber, nil), request(altinn.StatusAccepted)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()}
	return map[string]conversation{
		"changing":     {"no answer yet", waitsMore, "", []step{ok, lookChange(testID, request(altinn.StatusNew))}, found(awaiting, forChange, testID, testURL)},
		"changing, no": {"a rejection", waitsMore, "", []step{ok, lookChange(testID, request(altinn.StatusRejected))}, found(rejected, forChange, testID, "")},
		"changing, prompted": {
			"a prompt requests the same change only once", waitsMore, prompt,
			[]step{ok, lookChange(testID, ofUser(testUser, request(altinn.StatusNew))), userIs(testNumber)},
			found(awaiting, forChange, testID, testURL),
		},
		"changing, another, prompted": {
			"but the customer may have created another system user since", waitsMore, prompt,
			[]step{
				ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber),
				find(testNumber, request(altinn.StatusAccepted, sickPay)),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"changing, another that covers, prompted": {
			"which has the rights to all services", waitsMore, prompt,
			[]step{ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber), find(testNumber, yes)},
			found(granted, forUser, testID, ""),
		},
		"changing, gone": {
			"a change of a deleted system user changes nothing", waitsMore, "", gone, plain(withdrawn),
		},
		"changing, gone, prompted": {
			"and the customer that withdrew it does not get a request at once", waitsMore, prompt, gone, plain(withdrawn),
		},
		"changing, client missing": {
			"Altinn has it: the fault is ours", waitsMore, "",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forChange, testID, testURL)),
		},
		"changed": {"an approval", waitsMore, "", []step{ok, lookChange(testID, yes)}, found(granted, forChange, testID, "")},
		"changed, none": {
			"no right was missing, so none is named", waitsMore, "",
			[]step{ok, lookChange(testID, request(altinn.StatusNoChangeNeeded, ""))},
			found(granted, forChange, testID, ""),
		},
		"changed, others": {
			"an approval of another service's change: this service requests its own", waitsMore, "",
			[]step{
				ok, lookChange(testID, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"change timed out": {
			"another change, because the id is used up", waitsMore, "",
			[]step{
				ok, lookChange(testID, timedOut(request(altinn.StatusNew))), find(testNumber, request(altinn.StatusAccepted, sickPay)),
				userIs(testNumber), askChange(renewedChange, with(request(altinn.StatusNew), renewedChange, testNumber)),
			},
			found(awaiting, forChange, renewedChange, testURL),
		},
		"change lost, request too": {
			"nothing shows that the system user has the right",
			waitsMore,
			"",
			[]step{
				ok,
				{call: "change " + testID, err: errNoRequest},
				findFails(testNumber, errNoRequest),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"change lost": {
			"the change no longer exists: the same again", waitsMore, "",
			[]step{
				ok,
				{call: "change " + testID, err: errNoRequest},
				find(testNumber, request(altinn.StatusAccepted, sickPay)),
				userIs(testNumber), askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
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
	noButAsked.Other = Pending{otherID, forUser}
	again := saidNo
	again.AskedAgainFor = promptOrder
	back := []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))}
	return map[string]conversation{
		"rejected":            {"a rejection stays", saidNo, "", []step{token(testNumber, errMissing)}, found(rejected, forUser, testID, "")},
		"withdrawn":           {"so does a withdrawal", tookBack, "", []step{token(testNumber, errMissing)}, plain(withdrawn)},
		"rejected, by hand":   {"unless the customer creates a system user", saidNo, "", []step{token(testNumber, nil), find(testNumber, request(altinn.StatusRejected))}, plain(granted)},
		"withdrawn, back":     {"or restores it", tookBack, "", back, found(granted, forUser, testID, "")},
		"withdrawn, elsewise": {"or creates another", tookBack, "", []step{token(testNumber, nil), findFails(testNumber, errNoRequest)}, plain(granted)},
		"withdrawn, less": {
			"or restores less", tookBack, "",
			[]step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay))},
			plain(withdrawn),
		},
		"withdrawn, less, prompted": {
			"then a prompt requests the rest", tookBack, prompt,
			[]step{
				token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber)),
			},
			prompted(found(awaiting, forChange, promptedChange, testURL)),
		},
		"rejected, prompted":       {"a prompt deletes the rejected request, which Altinn would return, and sends another", saidNo, prompt, asksAgain, asked},
		"withdrawn, prompted":      {"likewise after a withdrawal", tookBack, prompt, asksAgain, asked},
		"withdrawn, prompted back": {"unless the system user exists", tookBack, prompt, back, found(granted, forUser, testID, "")},
		"rejected, prompted twice": {
			"one prompt sends one request", again, prompt, []step{token(testNumber, errMissing)}, prompted(found(rejected, forUser, testID, "")),
		},
		"rejected, prompted, deleted": {
			"a crash between the deletion and the request: the request is sent",
			saidNo,
			prompt,
			append(append(slices.Clone(noUser), findFails(testNumber, errNoRequest)), asksNew[1]), asked,
		},
		"rejected, prompted, found": {
			"a crash after the request: it is found again",
			saidNo,
			prompt,
			append(slices.Clone(noUser), find(testNumber, with(request(altinn.StatusNew), otherID, testNumber))), asked,
		},
		"rejected, prompted, no": {
			"with its answer: a rejection that is not the known one is for this prompt",
			saidNo,
			prompt,
			append(slices.Clone(noUser), find(testNumber, with(request(altinn.StatusRejected), otherID, testNumber))),
			prompted(found(rejected, forUser, otherID, "")),
		},
		"withdrawn, prompted, accepted": {
			"the request of a deleted system user may stay: it is dead as well",
			tookBack,
			prompt,
			append(append(slices.Clone(noUser), find(testNumber, request(altinn.StatusAccepted)), lists()), asksNew...), asked,
		},
		"withdrawn, prompted, listed": {
			"unless the register has its system user after all",
			tookBack,
			prompt,
			append(slices.Clone(noUser), find(testNumber, request(altinn.StatusAccepted)), lists(userOf(testOwner, testNumber))),
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(withdrawn)),
		},
		"withdrawn, prompted, by hand": {
			"a system user that the customer created had no request", tookBack, prompt,
			append(append(slices.Clone(noUser), findFails(testNumber, errNoRequest)), asksNew[1]), asked,
		},
		"withdrawn, prompted, waiting": {
			"a request that waits, and was lost, is enough", tookBack, prompt,
			append(slices.Clone(noUser), find(testNumber, request(altinn.StatusNew))), prompted(found(awaiting, forUser, testID, testURL)),
		},
		"rejected, another asks": {
			"another service's request includes this one", noButAsked, "",
			[]step{token(testNumber, errMissing), look(otherID, with(request(altinn.StatusNew), otherID, promptRef))},
			refIs(promptRef, found(awaiting, forUser, otherID, testURL)),
		},
		"rejected, another asks for less": {
			"and does not include this one", noButAsked, "",
			[]step{token(testNumber, errMissing), look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))},
			found(rejected, forUser, testID, ""),
		},
		"rejected, another asks for less, prompted": {
			"and this one waits for its turn", noButAsked, prompt,
			append(slices.Clone(gone), look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef))), refIs(promptRef, asked),
		},
		"rejected, client missing": {
			"Altinn has one: no request is sent", saidNo, prompt,
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(v1alpha1.ReasonSystemClientMissing, errMissing, found(rejected, forUser, testID, "")),
		},
		"change rejected": {
			"the system user exists, without this right", saidNoTo, "",
			[]step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay))},
			found(rejected, forChange, testID, ""),
		},
		"change rejected, by hand": {
			"or was created by the customer, with unknown rights", saidNoTo, "",
			[]step{token(testNumber, nil), findFails(testNumber, errNoRequest)},
			found(rejected, forChange, testID, ""),
		},
		"change rejected, another": {
			"or another one has the right", saidNoTo, "",
			[]step{token(testNumber, nil), find(testNumber, with(request(altinn.StatusAccepted), otherID, testNumber))},
			found(granted, forUser, otherID, ""),
		},
		"change rejected, gone": {
			"or no longer exists", saidNoTo, "", []step{token(testNumber, errMissing)}, found(rejected, forChange, testID, ""),
		},
		"change rejected, prompted": {
			"a prompt requests it again", saidNoTo, prompt,
			[]step{token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber), askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber))},
			prompted(found(awaiting, forChange, promptedChange, testURL)),
		},
		"change rejected, gone, prompted": {"with all services, if there is no system user", saidNoTo, prompt, asksAgain, asked},
	}
}
