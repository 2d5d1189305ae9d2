package systemuser

import (
	"slices"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

func afterNo() map[string]conversation {
	noUser := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	gone := append(slices.Clone(noUser), find(testNumber, request(altinn.StatusRejected)))
	asksNew := []step{deletes(testID), ask(testNumber, with(request(altinn.StatusNew), otherID, testNumber))}
	asksAgain := append(slices.Clone(gone), asksNew...)
	asked := prompted(found(awaiting, forUser, otherID, testURL))
	noButAsked := saidNo
	noButAsked.Other = Pending{ID: otherID, Kind: forUser}
	again := saidNo
	again.AskedAgainFor = promptHashed
	back := []step{token(testNumber, nil), find(testNumber, request(altinn.StatusAccepted))}
	return map[string]conversation{
		"rejected": {
			reason: "a rejection stays", known: saidNo, steps: []step{token(testNumber, errMissing)},
			want: found(rejected, forUser, testID, ""),
		},
		"withdrawn": {
			reason: "so does a withdrawal", known: tookBack, steps: []step{token(testNumber, errMissing)},
			want: plain(withdrawn),
		},
		"rejected, by hand": {
			reason: "unless the customer creates a system user", known: saidNo,
			steps: []step{token(testNumber, nil), find(testNumber, request(altinn.StatusRejected))}, want: plain(granted),
		},
		"withdrawn, back": {
			reason: "or restores it", known: tookBack, steps: back,
			want: found(granted, forUser, testID, ""),
		},
		"withdrawn, elsewise": {
			reason: "or creates another", known: tookBack,
			steps: []step{token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber)},
			want:  plain(granted),
		},
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
		"withdrawn, prompted": {
			reason: "likewise after a withdrawal", known: tookBack, prompt: prompt, steps: asksAgain,
			want: asked,
		},
		"withdrawn, prompted back": {
			reason: "unless the system user exists", known: tookBack, prompt: prompt, steps: back,
			want: found(granted, forUser, testID, ""),
		},
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
			steps: []step{
				token(testNumber, errMissing),
				look(otherID, with(request(altinn.StatusNew, sickPay), otherID, promptRef)),
			},
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
			steps: []step{
				token(testNumber, nil), findFails(testNumber, errNoRequest), userIs(testNumber),
				askChange(promptedChange, with(request(altinn.StatusNew), promptedChange, testNumber)),
			},
			want: prompted(found(awaiting, forChange, promptedChange, testURL)),
		},
		"change rejected, gone, prompted": {
			reason: "with all services, if there is no system user", known: saidNoTo,
			prompt: prompt, steps: asksAgain, want: asked,
		},
	}
}
