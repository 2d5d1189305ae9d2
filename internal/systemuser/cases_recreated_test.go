package systemuser

import (
	"slices"
	"time"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/altinn"
)

// recreated has customers whose CustomerIntegration was created again: the status lacks what they have at Altinn under
// another reference.
func recreated() map[string]conversation {
	const old, older = "cust-42", "cust-7"
	user := func(ref string, age time.Duration) altinn.SystemUser {
		u := userOf(testOwner, ref)
		u.Created = testNow.Add(-age)
		return u
	}
	has := func(users ...altinn.SystemUser) Listed { return Listed{Users: users} }
	gone := []step{token(testNumber, errMissing), userFails(testNumber, errGone)}
	after := func(more ...step) []step { return append(slices.Clone(gone), more...) }
	open := func(id, ref string, rights ...string) altinn.Request {
		return with(request(altinn.StatusNew, rights...), id, ref)
	}
	clientMissing := faulty(v1alpha1.ReasonSystemClientMissing, errMissing, plain(unknown))
	waiting := Listed{Requests: []altinn.Request{open(testID, old)}}
	return map[string]conversation{
		"recreated": {
			reason: "its system user is taken over, with the rights of its request", listed: has(user(old, time.Hour)),
			steps: after(token(old, nil), find(old, with(request(altinn.StatusAccepted), otherID, old))),
			want:  refIs(old, found(granted, forUser, otherID, "")),
		},
		"recreated, by hand": {
			reason: "or with those that the customer gave it", listed: has(user(old, time.Hour)),
			steps: after(token(old, nil), findFails(old, errNoRequest)), want: refIs(old, plain(granted)),
		},
		"recreated, less": {
			reason: "what it lacks is requested as a change", listed: has(user(old, time.Hour)),
			steps: after(token(old, nil), find(old, with(request(altinn.StatusAccepted, sickPay), otherID, old)), userIs(old),
				askChange(firstChange, with(request(altinn.StatusNew), firstChange, old))),
			want: refIs(old, found(awaiting, forChange, firstChange, testURL)),
		},
		"recreated, several": {
			reason: "the oldest that a token proves", listed: has(user(old, time.Hour), user(older, 2*time.Hour)),
			steps: after(token(older, errMissing), token(old, nil), findFails(old, errNoRequest)),
			want:  refIs(old, plain(granted)),
		},
		"recreated, same age": {
			reason: "the first by reference", listed: has(user(older, time.Hour), user(old, time.Hour)),
			steps: after(token(old, nil), findFails(old, errNoRequest)), want: refIs(old, plain(granted)),
		},
		"recreated, new": {
			reason: "Maskinporten may not see one that is a moment old", listed: has(user(old, 0)),
			steps: after(token(old, errMissing)), want: faulty("", errAny, plain(unknown)),
		},
		"recreated, not found": {
			reason: "Altinn has one that Maskinporten does not find: the customer is not asked",
			listed: has(user(old, time.Hour)), steps: after(token(old, errMissing)), want: clientMissing,
		},
		"recreated, listed": {
			reason: "nor for one that the look-up does not find", listed: has(user(testNumber, time.Hour)),
			steps: after(token(testNumber, errMissing)), want: clientMissing,
		},
		"recreated, Maskinporten down": {
			reason: "an outage is no answer", listed: has(user(old, time.Hour)), steps: after(token(old, errMPDown)),
			want: faulty("", errMPDown, plain(unknown)),
		},
		"recreated, no list": {
			reason: "nor is a list that cannot be read: the customer is not asked", listedErr: errHeld, steps: after(),
			want: faulty("", errHeld, plain(unknown)),
		},
		"recreated, waiting": {
			reason: "its request is awaited", listed: waiting, steps: after(look(testID, open(testID, old))),
			want: refIs(old, found(awaiting, forUser, testID, testURL)),
		},
		"recreated, answered": {
			reason: "an answer since the list was read is not passed over", listed: waiting,
			steps: after(look(testID, with(request(altinn.StatusAccepted), testID, old))),
			want:  faulty("", errAny, plain(unknown)),
		},
		"recreated, request deleted": {
			reason: "one that was deleted since is none", listed: waiting,
			steps: after(step{call: "request " + testID, err: errNoRequest}, ask(testNumber, open(otherID, testNumber))),
			want:  found(awaiting, forUser, otherID, testURL),
		},
		"recreated, two wait": {
			reason: "one for this service comes first",
			listed: Listed{Requests: []altinn.Request{open(otherID, "a", sickPay), open(testID, old)}},
			steps:  after(look(testID, open(testID, old))),
			want:   refIs(old, found(awaiting, forUser, testID, testURL)),
		},
		"recreated, waits by this reference": {
			reason: "Altinn returns it", listed: Listed{Requests: []altinn.Request{open(testID, testNumber)}},
			steps: after(ask(testNumber, open(testID, testNumber))), want: found(awaiting, forUser, testID, testURL),
		},
		"rejected, prompted, another": {
			reason: "before another request, too", known: saidNo, prompt: prompt, listed: has(user(old, time.Hour)),
			steps: append(slices.Clone(gone), find(testNumber, request(altinn.StatusRejected)), token(old, nil),
				findFails(old, errNoRequest)),
			want: refIs(old, plain(granted)),
		},
	}
}
