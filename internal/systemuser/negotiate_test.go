package systemuser

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	integrationsv1alpha1 "github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
)

const (
	granted   = integrationsv1alpha1.AuthorizationGranted
	notYet    = integrationsv1alpha1.AuthorizationNotGranted
	awaiting  = integrationsv1alpha1.AuthorizationAwaitingApproval
	rejected  = integrationsv1alpha1.AuthorizationRejected
	withdrawn = integrationsv1alpha1.AuthorizationWithdrawn
	unknown   = integrationsv1alpha1.AuthorizationUnknown
	forUser   = integrationsv1alpha1.AccessRequestSystemUser
	forChange = integrationsv1alpha1.AccessRequestChange

	prompt    = "2026-09-01T08:00:00Z"
	promptRef = testNumber + "-121b8a7b"
)

var (
	waits     = Known{State: awaiting, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber, ConfirmURL: testURL}
	waitsMore = Known{State: awaiting, RequestID: testID, RequestKind: forChange, ExternalRef: testNumber, ConfirmURL: testURL}
	saidNo    = Known{State: rejected, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber}
	saidNoTo  = Known{State: rejected, RequestID: testID, RequestKind: forChange, ExternalRef: testNumber}
	tookBack  = Known{State: withdrawn, ExternalRef: testNumber}
	has       = Known{State: granted, RequestID: testID, RequestKind: forUser, ExternalRef: testNumber}

	firstChange    = mustChangeID("")
	promptedChange = mustChangeID(prompt)
	renewedChange  = mustChangeID(testID)
)

func mustChangeID(seed string) string {
	id, err := changeID(testUser, []string{sickPay, sickNotes}, seed)
	if err != nil {
		panic(err)
	}
	return id
}

// conversation is a case: what is known, what is then said, and what is found.
type conversation struct {
	reason string
	known  Known
	prompt string
	steps  []step
	want   Finding
}

func found(state integrationsv1alpha1.AuthorizationState, kind integrationsv1alpha1.AccessRequestKind, id, url string) Finding {
	return Finding{State: state, RequestID: id, RequestKind: kind, ExternalRef: testNumber, ConfirmURL: url}
}

func plain(state integrationsv1alpha1.AuthorizationState) Finding {
	return Finding{State: state, ExternalRef: testNumber}
}

func refIs(ref string, f Finding) Finding {
	f.ExternalRef = ref
	return f
}

func faulty(fault string, err error, f Finding) Finding {
	f.Fault, f.Err = fault, err
	return f
}

// errAny stands for an error that a case does not name.
var errAny = errors.New("any")

func conversations() map[string]conversation {
	all := map[string]conversation{}
	for _, part := range []map[string]conversation{whileGranted(), fresh(), afterRequest(), whileAwaiting(), whileChanging(), afterNo()} {
		for name, c := range part {
			if _, twice := all[name]; twice {
				panic("two cases are named " + name)
			}
			all[name] = c
		}
	}
	return all
}

func whileGranted() map[string]conversation {
	const clientMissing = integrationsv1alpha1.ReasonSystemClientMissing
	still := found(granted, forUser, testID, "")
	return map[string]conversation{
		"granted":          {"a token is all that it takes", has, "", []step{token(testNumber, nil)}, still},
		"granted prompted": {"a prompt asks nobody who has given access", has, prompt, []step{token(testNumber, nil)}, still},
		"granted, ref": {
			"tokens are asked for by the reference that is known",
			Known{State: granted, ExternalRef: promptRef},
			"",
			[]step{token(promptRef, nil)},
			refIs(promptRef, plain(granted)),
		},
		"granted, gone": {
			"access is taken away by the word of both", has, "",
			[]step{token(testNumber, errMissing), userFails(testNumber, errGone)},
			plain(withdrawn),
		},
		"granted, gone, prompted": {
			"and whoever took it back is not asked at once", has, prompt,
			[]step{token(testNumber, errMissing), userFails(testNumber, errGone)},
			plain(withdrawn),
		},
		"granted, client missing": {
			"if Altinn has it, the fault is ours", has, "",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(clientMissing, errMissing, still),
		},
	}
}

func fresh() map[string]conversation {
	ofOthers := request(altinn.StatusAccepted, sickPay)
	before := Known{State: unknown, Other: Pending{otherID, forChange}}
	pending := with(request(altinn.StatusNew, sickPay), otherID, testNumber)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	uncovered := []step{token(testNumber, nil), find(testNumber, ofOthers)}
	asksMore := append(slices.Clone(uncovered), userIs(testNumber))
	return map[string]conversation{
		"first": {
			"nobody was asked, and there is nothing: the customer is asked for all at once",
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
			"a prompt is for whoever said no",
			Known{},
			prompt,
			append(slices.Clone(gone), ask(testNumber, request(altinn.StatusNew))), found(awaiting, forUser, testID, testURL),
		},
		"first, client missing": {
			"Altinn has a user that Maskinporten does not find: nobody is asked again",
			Known{},
			"",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(integrationsv1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
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
			"access that was asked for with another service",
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
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusTimedout), testID, testNumber)),
				askChange(renewedChange, with(request(altinn.StatusNew), renewedChange, testNumber))),
			found(awaiting, forChange, renewedChange, testURL),
		},
		"more, timed out twice": {
			"and the next one too: it goes on from there",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChange(firstChange, with(request(altinn.StatusTimedout), testID, testNumber)),
				askChange(renewedChange, with(request(altinn.StatusTimedout), renewedChange, testNumber))),
			found(awaiting, forChange, renewedChange, ""),
		},
		"more, rights": {
			"our system has no such right",
			Known{State: unknown},
			"",
			append(slices.Clone(asksMore), askChangeFails(firstChange, refused(altinn.ClassRightsRejected))),
			faulty(integrationsv1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"more, gone": {
			"a token for a user that is not there is believed by nobody",
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
		"joins, lost": {
			"nobody knows of it any more", before, "",
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
	timedOutRef := testNumber + "-" + sumOf(testID)
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
			says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing), userFails(testNumber, errGone)), plain(withdrawn),
		},
		"found accepted, client missing": {
			"the yes came this moment, and our client is missing",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusAccepted)), token(testNumber, errMissing), userIs(testNumber)),
			faulty(integrationsv1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown)),
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
			says(askFails(testNumber, refused(altinn.ClassRejected))), found(rejected, forUser, "", ""),
		},
		"found denied, error": {
			"in the other way",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassDenied))), found(rejected, forUser, "", ""),
		},
		"found timed out": {
			"an old one stands in the way: another reference",
			Known{},
			"",
			says(ask(testNumber, request(altinn.StatusTimedout)), ask(timedOutRef, with(request(altinn.StatusNew), otherID, timedOutRef))),
			refIs(timedOutRef, found(awaiting, forUser, otherID, testURL)),
		},
		"rights": {
			"our system has no such right",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassRightsRejected))),
			faulty(integrationsv1alpha1.ReasonSystemRightsRejected, errAny, plain(unknown)),
		},
		"system": {
			"our system is not registered",
			Known{},
			"",
			says(askFails(testNumber, refused(altinn.ClassSystemNotFound))),
			faulty(integrationsv1alpha1.ReasonSystemNotRegistered, errAny, plain(unknown)),
		},
	}
}

func whileAwaiting() map[string]conversation {
	other := request(altinn.StatusNew)
	other.Owner = orgnumber.MustParse("310330701")
	noURL := request(altinn.StatusNew)
	noURL.ConfirmURL = ""
	yes := request(altinn.StatusAccepted)
	return map[string]conversation{
		"waiting":      {"no answer yet", waits, "", []step{look(testID, request(altinn.StatusNew))}, found(awaiting, forUser, testID, testURL)},
		"waiting, URL": {"the address that is known stays", waits, "", []step{look(testID, noURL)}, found(awaiting, forUser, testID, testURL)},
		"waiting, prompted": {
			"a prompt does not ask twice", waits, prompt,
			[]step{look(testID, request(altinn.StatusNew))},
			found(awaiting, forUser, testID, testURL),
		},
		"waiting, unknown": {
			"a request that is known is looked at, whatever the state",
			Known{State: unknown, RequestID: testID},
			"",
			[]step{look(testID, request(altinn.StatusNew))},
			found(awaiting, forUser, testID, testURL),
		},
		"yes": {"a yes is proved", waits, "", []step{look(testID, yes), token(testNumber, nil)}, found(granted, forUser, testID, "")},
		"yes, ref": {
			"by the reference that the request has",
			Known{State: awaiting, RequestID: testID, RequestKind: forUser},
			"",
			[]step{look(testID, with(yes, testID, promptRef)), token(promptRef, nil)},
			refIs(promptRef, found(granted, forUser, testID, "")),
		},
		"yes, not yet": {
			"a moment later is soon enough", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone)},
			found(awaiting, forUser, testID, ""),
		},
		"yes, client missing": {
			"Altinn has it: the fault is ours", waits, "",
			[]step{look(testID, yes), token(testNumber, errMissing), userIs(testNumber)},
			faulty(integrationsv1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forUser, testID, testURL)),
		},
		"yes, never": {
			"a person may end the waiting for what was taken back at once", waits, prompt,
			[]step{
				look(testID, yes), token(testNumber, errMissing), userFails(testNumber, errGone),
				ask(promptRef, with(request(altinn.StatusNew), otherID, promptRef)),
			},
			refIs(promptRef, found(awaiting, forUser, otherID, testURL)),
		},
		"yes, others": {
			"a yes to the services that were all, when it was asked", waits, "",
			[]step{
				look(testID, request(altinn.StatusAccepted, sickPay)), token(testNumber, nil), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"no":     {"a no", waits, "", []step{look(testID, request(altinn.StatusRejected))}, found(rejected, forUser, testID, "")},
		"no way": {"a no by Altinn", waits, "", []step{look(testID, request(altinn.StatusDenied))}, found(rejected, forUser, testID, "")},
		"timed out": {
			"no answer in 180 days: another request at once", waits, "",
			[]step{
				look(testID, request(altinn.StatusTimedout)), token(testNumber, errMissing), userFails(testNumber, errGone),
				ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber)),
			},
			found(awaiting, forUser, otherID, testURL),
		},
		"lost": {
			"nobody knows of the request any more", waits, "",
			[]step{
				{call: "request " + testID, err: errNoRequest},
				token(testNumber, errMissing), userFails(testNumber, errGone),
				ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber)),
			},
			found(awaiting, forUser, otherID, testURL),
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
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	return map[string]conversation{
		"changing":     {"no answer yet", waitsMore, "", []step{ok, lookChange(testID, request(altinn.StatusNew))}, found(awaiting, forChange, testID, testURL)},
		"changing, no": {"a no", waitsMore, "", []step{ok, lookChange(testID, request(altinn.StatusRejected))}, found(rejected, forChange, testID, "")},
		"changing, prompted": {
			"a prompt asks for the same change only once", waitsMore, prompt,
			[]step{ok, lookChange(testID, ofUser(testUser, request(altinn.StatusNew))), userIs(testNumber)},
			found(awaiting, forChange, testID, testURL),
		},
		"changing, another, prompted": {
			"but the customer may have made another system user since", waitsMore, prompt,
			[]step{
				ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"changing, gone": {
			"a change of a system user that was taken back changes nothing", waitsMore, "", gone, plain(withdrawn),
		},
		"changing, gone, prompted": {
			"and whoever took it back is not asked at once", waitsMore, prompt, gone, plain(withdrawn),
		},
		"changing, client missing": {
			"Altinn has it: the fault is ours", waitsMore, "",
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(integrationsv1alpha1.ReasonSystemClientMissing, errMissing, found(awaiting, forChange, testID, testURL)),
		},
		"changed": {"a yes", waitsMore, "", []step{ok, lookChange(testID, yes)}, found(granted, forChange, testID, "")},
		"changed, none": {
			"nothing was missing, so nothing is named", waitsMore, "",
			[]step{ok, lookChange(testID, request(altinn.StatusNoChangeNeeded, ""))},
			found(granted, forChange, testID, ""),
		},
		"changed, others": {
			"a yes to another service's change: this one's own", waitsMore, "",
			[]step{
				ok, lookChange(testID, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, testNumber)),
			},
			found(awaiting, forChange, firstChange, testURL),
		},
		"change timed out": {
			"another change, for the id is used", waitsMore, "",
			[]step{
				ok, lookChange(testID, request(altinn.StatusTimedout)), find(testNumber, request(altinn.StatusAccepted, sickPay)),
				userIs(testNumber), askChange(renewedChange, with(request(altinn.StatusNew), renewedChange, testNumber)),
			},
			found(awaiting, forChange, renewedChange, testURL),
		},
		"change lost": {
			"nobody knows of the change any more: the same again", waitsMore, "",
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
	asksAgain := append(slices.Clone(gone), ask(promptRef, with(request(altinn.StatusNew), otherID, promptRef)))
	asked := refIs(promptRef, found(awaiting, forUser, otherID, testURL))
	again := Known{State: rejected, RequestID: testID, RequestKind: forUser, ExternalRef: promptRef}
	back := []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))}
	return map[string]conversation{
		"rejected":            {"a no is a no", saidNo, "", []step{token(testNumber, errMissing)}, found(rejected, forUser, testID, "")},
		"withdrawn":           {"so is what was taken back", tookBack, "", []step{token(testNumber, errMissing)}, plain(withdrawn)},
		"rejected, by hand":   {"unless the customer makes one", saidNo, "", []step{token(testNumber, nil), find(testNumber, request(altinn.StatusRejected))}, plain(granted)},
		"withdrawn, back":     {"or gives it back", tookBack, "", back, found(granted, forUser, testID, "")},
		"withdrawn, elsewise": {"or makes another", tookBack, "", []step{token(testNumber, nil), findFails(testNumber, errNoRequest)}, plain(granted)},
		"withdrawn, less": {
			"or gives back less", tookBack, "",
			[]step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay))},
			plain(withdrawn),
		},
		"withdrawn, less, prompted": {
			"then a person may have the rest asked for", tookBack, prompt,
			[]step{
				token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted, sickPay)), userIs(testNumber),
				askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber)),
			},
			found(awaiting, forChange, promptedChange, testURL),
		},
		"rejected, prompted":       {"a person has it asked for again, by another reference", saidNo, prompt, asksAgain, asked},
		"withdrawn, prompted":      {"so too what was taken back", tookBack, prompt, asksAgain, asked},
		"withdrawn, prompted back": {"if it is not there", tookBack, prompt, back, found(granted, forUser, testID, "")},
		"rejected, prompted twice": {"one prompt is one wish", again, prompt, []step{token(promptRef, errMissing)}, refIs(promptRef, found(rejected, forUser, testID, ""))},
		"rejected, prompted, found": {
			"and its request is found again", saidNo, prompt,
			append(slices.Clone(gone), askFails(promptRef, refused(altinn.ClassPending)), find(promptRef, with(request(altinn.StatusNew), otherID, promptRef))),
			asked,
		},
		"rejected, prompted, no": {
			"with its answer", saidNo, prompt,
			append(slices.Clone(gone), ask(promptRef, with(request(altinn.StatusRejected), otherID, promptRef))),
			refIs(promptRef, found(rejected, forUser, otherID, "")),
		},
		"withdrawn, prompted, by hand": {
			"what was made by hand had no request", tookBack, prompt,
			append(append(slices.Clone(noUser), findFails(testNumber, errNoRequest)), ask(promptRef, with(request(altinn.StatusNew), otherID, promptRef))),
			asked,
		},
		"withdrawn, prompted, waiting": {
			"a request that waits, and was forgotten, is enough", tookBack, prompt,
			append(slices.Clone(noUser), find(testNumber, request(altinn.StatusNew))), found(awaiting, forUser, testID, testURL),
		},
		"rejected, client missing": {
			"Altinn has one: nobody is asked again", saidNo, prompt,
			[]step{token(testNumber, errMissing), userIs(testNumber)},
			faulty(integrationsv1alpha1.ReasonSystemClientMissing, errMissing, found(rejected, forUser, testID, "")),
		},
		"change rejected": {"the system user is there, without this right", saidNoTo, "", []step{token(testNumber, nil)}, found(rejected, forChange, testID, "")},
		"change rejected, gone": {
			"or is there no more", saidNoTo, "", []step{token(testNumber, errMissing)}, found(rejected, forChange, testID, ""),
		},
		"change rejected, prompted": {
			"a person has it asked for again", saidNoTo, prompt,
			[]step{token(testNumber, nil), userIs(testNumber), askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber))},
			found(awaiting, forChange, promptedChange, testURL),
		},
		"change rejected, gone, prompted": {"as a whole, if there is no user", saidNoTo, prompt, asksAgain, asked},
	}
}

func wanted(promptValue string) Wanted {
	return Wanted{
		Owner: testOwner, Resource: sickNotes, AllResources: []string{sickNotes, sickPay, sickNotes}, AccessPackages: []string{"pkg"},
		RedirectURL: "https://back.example", Prompt: promptValue,
	}
}

var compare = []cmp.Option{cmpopts.EquateErrors()}

// TestNegotiate holds the exact calls of each case, and what follows.
func TestNegotiate(t *testing.T) {
	for name, tc := range conversations() {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, steps: tc.steps}
			got := Negotiate(t.Context(), s, tc.known, wanted(tc.prompt))
			if s.next != len(s.steps) {
				t.Errorf("%s: ended after %d calls, want %d", tc.reason, s.next, len(s.steps))
			}
			if got.Err != nil && errors.Is(tc.want.Err, errAny) {
				got.Err = errAny
			}
			if diff := cmp.Diff(tc.want, got, compare...); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if got.Learnt() != (got.Err == nil && got.Fault == "") {
				t.Errorf("%s: Learnt() = %t", tc.reason, got.Learnt())
			}
		})
	}
}

// TestObstacles has each call of each case meet each obstacle in its place: then nothing is concluded, and nothing more
// is asked.
func TestObstacles(t *testing.T) {
	obstacles := map[string][]error{"token": {errMPDown, errHeld}, "other": {errHeld}}
	for _, c := range maskinporten.Classes() {
		if c != maskinporten.ClassSystemUserMissing {
			obstacles["token"] = append(obstacles["token"], &maskinporten.Error{Class: c})
		}
	}
	for _, c := range altinn.Classes() {
		if c.Kind() != altinn.KindAnswer && c != altinn.ClassRightsRejected && c != altinn.ClassSystemNotFound {
			obstacles["other"] = append(obstacles["other"], refused(c))
		}
	}
	tried := 0
	for name, tc := range conversations() {
		for i, at := range tc.steps {
			kind := "other"
			if strings.HasPrefix(at.call, "token ") {
				kind = "token"
			}
			for _, obstacle := range obstacles[kind] {
				tried++
				steps := append(slices.Clone(tc.steps[:i]), step{call: at.call, err: obstacle})
				got := Negotiate(t.Context(), &script{t: t, steps: steps}, tc.known, wanted(tc.prompt))
				want := (&negotiation{known: tc.known, wanted: wanted("")}).unchanged()
				if want.State == "" {
					want.State = unknown
				}
				want.Err = obstacle
				if tc.known.RequestID != "" && tc.known.RequestKind == "" {
					want.RequestKind = forUser
				}
				if diff := cmp.Diff(want, got, compare...); diff != "" {
					t.Errorf("%s, call %d meets %v: -want, +got:\n%s", name, i+1, obstacle, diff)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}
