package systemuser

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

func whileChanging() map[string]conversation {
	ok, yes := token(testNumber, nil), request(altinn.StatusAccepted)
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone), lists()}
	return map[string]conversation{
		"changing": {
			reason: "no answer yet", known: waitsMore,
			steps: []step{ok, lookChange(testID, request(altinn.StatusNew))}, want: found(awaiting, forChange, testID, testURL),
		},
		"changing, no": {
			reason: "a rejection", known: waitsMore,
			steps: []step{ok, lookChange(testID, request(altinn.StatusRejected))}, want: found(rejected, forChange, testID, ""),
		},
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
			steps: []step{
				ok, lookChange(testID, ofUser(otherID, request(altinn.StatusNew))), userIs(testNumber),
				find(testNumber, yes),
			},
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
		"changed": {
			reason: "an approval", known: waitsMore, steps: []step{ok, lookChange(testID, yes)},
			want: found(granted, forChange, testID, ""),
		},
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
