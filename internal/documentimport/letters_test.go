package documentimport

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/hrm"
	"github.com/4human/integration-operator/internal/letters"
	"github.com/4human/integration-operator/internal/navapi"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/runreport"
)

// TestLetters checks which letters are stored, each with its content fetched once, by one or two runs.
func TestLetters(t *testing.T) {
	cases := map[string]struct {
		reason string
		letters,
		size int
		arrange func(*letterWorld)
		first   runreport.Reason
		// between changes the world before a second run; nil: there is none.
		between func(*letterWorld)
		second  runreport.Reason
		want    []int64 // those without content negative
		fetched map[int64]int
	}{
		"first import": {reason: "all letters, whatever the page", letters: 7, size: 3, want: upTo(7)},
		"none":         {reason: "nothing to do", want: []int64{}},
		"same time": {
			reason: "a page ends between letters of the same time", letters: 4, size: 3, want: upTo(4),
			arrange: func(w *letterWorld) {
				for _, l := range w.atNAV[1:3] {
					l.created = noon.Add(-time.Minute)
				}
			},
		},
		"within a millisecond": {
			reason: "a page ends between letters whose times hardly differ", letters: 6, size: 2, want: upTo(6),
			arrange: func(w *letterWorld) {
				for i, l := range w.atNAV {
					l.created = noon.Add(-time.Minute + time.Duration(i)*time.Microsecond)
				}
			},
		},
		"too many of the same time": {
			reason: "NAV's API cannot list them, which must not be silent", letters: 5, size: 2, first: runreport.NAVError,
			arrange: func(w *letterWorld) {
				for _, l := range w.atNAV {
					l.created = noon.Add(-time.Minute)
				}
			}, want: []int64{4, 5},
		},
		"nothing new": {
			reason: "known letters are not sent or fetched again", letters: 3, want: upTo(3), between: func(*letterWorld) {},
		},
		"late": {
			reason: "a letter that is committed after later ones", letters: 3, want: upTo(3),
			arrange: func(w *letterWorld) { w.atNAV[0].hidden = true },
			between: func(w *letterWorld) { w.atNAV[0].hidden, w.now = false, noon.AddDate(0, 3, 0) },
		},
		"withdrawn": {
			reason: "it is deleted at the HRM system", letters: 3, want: []int64{1, 3}, fetched: map[int64]int{2: 1},
			between: func(w *letterWorld) { w.atNAV[1].withdrawn = true },
		},
		"withdrawn after months": {
			reason: "until the letters expire", letters: 3, want: []int64{1, 3},
			between: func(w *letterWorld) { w.atNAV[1].withdrawn, w.now = true, noon.AddDate(0, 4, -3) },
		},
		"expired": {
			reason: "NAV deletes letters after four months and responds as for withdrawn ones", letters: 3, want: upTo(3),
			between: func(w *letterWorld) { w.expire(noon.AddDate(0, 4, 1)) },
		},
		"about to expire": {
			reason: "NAV's clock and time zone are not the worker's", letters: 3, want: upTo(3),
			between: func(w *letterWorld) { w.expire(noon.AddDate(0, 4, -1)) },
		},
		"expired during a long stop": {
			reason: "the comparison begins before the stop", letters: 3, want: upTo(3),
			between: func(w *letterWorld) { w.expire(noon.AddDate(0, 9, 0)) },
		},
		"expired before its content is fetched": {
			reason: "NAV no longer has the content, but the letter was valid", letters: 2, want: []int64{-1, 2},
			arrange: func(w *letterWorld) { w.unwanted[idOf(1)] = true },
			between: func(w *letterWorld) {
				w.unwanted[idOf(1)] = false
				w.expire(noon.AddDate(0, 9, 0))
			},
		},
		"expired between list and content": {
			reason: "NAV still lists the letter of a first import", letters: 2, want: []int64{-1, 2},
			arrange: func(w *letterWorld) {
				w.atNAV[0].created = noon.AddDate(0, -4, 0)
				w.fault = func(call string, _ int) error {
					w.atNAV[0].withdrawn = call == "content"
					return nil
				}
			},
		},
		"withdrawn before its content is fetched": {
			reason: "it is deleted at once", letters: 2, want: []int64{2}, fetched: map[int64]int{1: 0},
			arrange: func(w *letterWorld) {
				w.fault = func(call string, _ int) error {
					w.atNAV[0].withdrawn = call == "content"
					return nil
				}
			},
		},
		"withdrawn and restored": {
			reason: "it is a letter as any other", letters: 2, want: upTo(2), fetched: map[int64]int{1: 1},
			arrange: func(w *letterWorld) { w.atNAV[0].withdrawn = true },
			between: func(w *letterWorld) { w.atNAV[0].withdrawn = false },
		},
		"left out": {
			reason: "a list that lacks a letter proves nothing", letters: 2, want: upTo(2),
			between: func(w *letterWorld) {
				w.fault = func(call string, _ int) error {
					w.atNAV[0].hidden = call == "list"
					return nil
				}
			},
		},
		"gone": {
			reason: "NAV does not know the letter, and does not call it withdrawn", letters: 2, want: upTo(2),
			between: func(w *letterWorld) { w.atNAV[0].hidden = true },
		},
		"unwanted": {
			reason: "what the HRM system does not want is not marked as read", letters: 2, want: []int64{-1, 2},
			arrange: func(w *letterWorld) { w.unwanted[idOf(1)] = true }, fetched: map[int64]int{1: 0},
		},
		"wanted later": {
			reason: "a person has decided", letters: 2, want: upTo(2),
			arrange: func(w *letterWorld) { w.unwanted[idOf(1)] = true },
			between: func(w *letterWorld) { w.unwanted[idOf(1)] = false },
		},
		"refused": {
			reason: "others are carried, and it is not marked as read", letters: 3, want: []int64{1, 3},
			fetched: map[int64]int{2: 0}, first: runreport.DocumentRefused,
			arrange: func(w *letterWorld) { w.refuses = func(id uuid.UUID) bool { return id == idOf(2) } },
		},
		"refused once": {
			reason: "it is sent again", letters: 3, want: upTo(3), first: runreport.DocumentRefused,
			arrange: func(w *letterWorld) { w.refuses = func(id uuid.UUID) bool { return id == idOf(2) } },
			between: func(w *letterWorld) { w.refuses = nil },
		},
		"all refused": {
			reason: "the HRM system is the cause", letters: 20, want: []int64{}, first: runreport.HRMBadResponse,
			arrange: func(w *letterWorld) { w.refuses = func(uuid.UUID) bool { return true } },
		},
		"content refused": {
			reason: "others are carried", letters: 3, want: []int64{-1, 2, 3}, first: runreport.HRMBadResponse,
			arrange: func(w *letterWorld) {
				w.fault = func(call string, n int) error {
					if call == "store content" && n == 0 {
						return runreport.Errorf(runreport.HRMBadResponse, "%w", hrm.ErrRefused)
					}
					return nil
				}
			},
		},
		"unreadable": {
			reason: "others are carried", letters: 3, want: []int64{1, 3}, first: runreport.DocumentUnreadable,
			arrange: func(w *letterWorld) { w.atNAV[1].broken = errBroken },
		},
		"without content": {
			reason: "others are carried", letters: 3, want: []int64{-2, 1, 3},
			arrange: func(w *letterWorld) { w.atNAV[1].noContent = true },
		},
		"one is not stored": {
			reason: "others are", letters: 4, want: upTo(3), first: runreport.HRMBadResponse,
			arrange: func(w *letterWorld) { w.fault = failingFrom("store", 0, 1, outageOf(runreport.HRMBadResponse)) },
		},
		"none is stored": {
			reason: "deletions and contents go on, and the HRM system is the cause", letters: 15, want: upTo(1),
			arrange: hideLast(13),
			between: func(w *letterWorld) {
				w.showAndWithdraw()
				w.fault = failingFrom("store", 0, maxFailed, outageOf(runreport.HRMBadResponse))
			}, second: runreport.HRMBadResponse,
		},
		"many are refused": {
			reason: "deletions and contents go on", letters: 15, want: upTo(1), arrange: hideLast(13),
			between: func(w *letterWorld) {
				w.showAndWithdraw()
				w.refuses = func(uuid.UUID) bool { return true }
			}, second: runreport.HRMBadResponse,
		},
		"newer than many refused": {
			reason: "refused letters do not hold up newer ones", letters: 40, want: []int64{40},
			first:   runreport.DocumentRefused,
			arrange: func(w *letterWorld) { w.refuses = func(id uuid.UUID) bool { return id != idOf(40) } },
		},
		"older than many refused": {
			reason: "each run begins the older ones at another letter", letters: 40, want: []int64{1, 40},
			arrange: func(w *letterWorld) {
				w.refuses = func(id uuid.UUID) bool { return id != idOf(1) && id != idOf(40) }
			},
			first:   runreport.DocumentRefused,
			between: func(w *letterWorld) { w.now = noon.Add(4) }, second: runreport.DocumentRefused,
		},
		"some of many are refused": {
			reason: "others are carried", letters: 60, want: every(4, 60), first: runreport.DocumentRefused,
			arrange: func(w *letterWorld) {
				w.refuses = func(id uuid.UUID) bool { return !slices.ContainsFunc(every(4, 60), isOf(id)) }
			},
		},
		"one check fails": {
			reason: "others are deleted, contents are fetched", letters: 4, want: []int64{2, 3, 4},
			arrange: func(w *letterWorld) { w.unwanted[idOf(4)] = true },
			between: func(w *letterWorld) {
				w.unwanted = nil
				w.atNAV[0].withdrawn, w.atNAV[1].hidden = true, true
				w.fault = failingFrom("check", 1, 2, outageOf(runreport.NAVError))
			}, second: runreport.NAVError,
		},
		"one deletion fails": {
			reason: "others are deleted, contents are fetched", letters: 4, want: []int64{1, 3, 4},
			arrange: func(w *letterWorld) { w.unwanted[idOf(4)] = true },
			between: func(w *letterWorld) {
				w.unwanted = nil
				w.atNAV[0].withdrawn, w.atNAV[1].withdrawn = true, true
				w.fault = failingFrom("delete", 0, 1, outageOf(runreport.HRMBadResponse))
			}, second: runreport.HRMBadResponse,
		},
		"all checks fail": {
			reason: "contents are fetched", letters: 6, want: upTo(6),
			arrange: func(w *letterWorld) { w.unwanted[idOf(6)] = true },
			between: func(w *letterWorld) {
				w.unwanted = nil
				for _, l := range w.atNAV[:5] {
					l.withdrawn = true
				}
				w.fault = failingFrom("check", 0, maxFailed, outageOf(runreport.NAVError))
			}, second: runreport.NAVError,
		},
		"completion fails": {
			reason: "contents are fetched", letters: 2, want: upTo(2), first: runreport.HRMBadResponse,
			arrange: func(w *letterWorld) { w.fault = failingFrom("complete", 0, 1, outageOf(runreport.HRMBadResponse)) },
		},
		"unusable contents": {
			reason: "a letter's own fault is no outage", letters: 6, want: []int64{-5, -4, -3, -2, -1, 6},
			arrange: func(w *letterWorld) { w.breakContents(5, navapi.ErrUnusable) }, first: runreport.NAVError,
		},
		"failing contents": {
			reason: "each run begins at another letter", letters: 8, want: []int64{-3, -2, -1, 4, 5, 6, 7, 8},
			arrange: func(w *letterWorld) { w.breakContents(3, errOutage) }, first: runreport.NAVError,
			between: func(w *letterWorld) { w.now = noon.Add(3) }, second: runreport.NAVError,
		},
		"too many contents missing": {
			reason: "the run ends and fails, and the next one gets past them", letters: maxMissed + 1, first: runreport.NAVError,
			arrange: func(w *letterWorld) {
				for _, l := range w.atNAV[:maxMissed] {
					l.noContent = true
				}
			},
			between: func(w *letterWorld) { w.now = time.Unix(0, maxMissed) }, second: runreport.NAVError,
			want: append(without(maxMissed), maxMissed+1),
		},
		"start date": {
			reason: "letters before it are not sent, those of its first hour in Oslo are", letters: 3, want: []int64{2, 3},
			arrange: func(w *letterWorld) {
				w.start = "2026-08-20"
				w.atNAV[0].created = time.Date(2026, 8, 19, 21, 59, 0, 0, time.UTC)
				w.atNAV[1].created = time.Date(2026, 8, 19, 22, 0, 0, 0, time.UTC)
			},
		},
		"withdrawn before the start date": {
			reason: "a letter that is stored is deleted, whatever the start date", letters: 2, want: []int64{2},
			between: func(w *letterWorld) { w.start, w.atNAV[0].withdrawn = "2026-09-01", true },
		},
		"bad start date": {
			reason: "it is not a date", letters: 1, want: []int64{}, first: runreport.ConfigurationInvalid,
			arrange: func(w *letterWorld) { w.start = "yesterday" },
		},
		"old letters": {
			reason: "a first import has no limit", letters: 2, want: upTo(2),
			arrange: func(w *letterWorld) { w.atNAV[0].created = noon.AddDate(-1, 0, 0) },
		},
		"long stop": {
			reason: "letters since the last complete run, and two days before", letters: 2, want: []int64{1},
			arrange: func(w *letterWorld) {
				at := noon.AddDate(0, -9, 0)
				w.complete = &at
				w.atNAV[0].created, w.atNAV[1].created = at.Add(-47*time.Hour), at.Add(-49*time.Hour)
			},
		},
		"deleted by another run": {
			reason: "the HRM system does not have the letter any longer", letters: 2, want: []int64{2},
			arrange: func(w *letterWorld) {
				w.fault = func(call string, n int) error {
					if call == "store content" && n == 0 {
						delete(w.entries, idOf(1))
					}
					return nil
				}
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newLetterWorld(sent(tc.letters)...)
			if tc.size > 0 {
				w.pageSize = tc.size
			}
			if tc.arrange != nil {
				tc.arrange(w)
			}
			w.run(t, tc.reason, tc.first)
			if tc.between != nil {
				tc.between(w)
				w.run(t, tc.reason, tc.second)
			}
			if diff := cmp.Diff(tc.want, w.stored()); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			for _, l := range w.atNAV {
				want, known := tc.fetched[l.n]
				if !known && slices.Contains(tc.want, l.n) {
					want, known = 1, true
				}
				if known && l.fetched != want {
					t.Errorf("%s: letter %d was fetched %d times, want %d", tc.reason, l.n, l.fetched, want)
				}
			}
		})
	}
}

// failingFrom returns a fault of some requests, from one number on and before another.
func failingFrom(call string, from, before int, err error) func(string, int) error {
	return func(name string, n int) error {
		if name == call && n >= from && n < before {
			return err
		}
		return nil
	}
}

// hideLast hides the last n letters. The HRM system does not want the content of the first one.
func hideLast(n int) func(*letterWorld) {
	return func(w *letterWorld) {
		w.unwanted[idOf(1)] = true
		for _, l := range w.atNAV[len(w.atNAV)-n:] {
			l.hidden = true
		}
	}
}

// showAndWithdraw shows hidden letters and withdraws the second one. The HRM system wants all contents.
func (w *letterWorld) showAndWithdraw() {
	w.unwanted = nil
	for _, l := range w.atNAV {
		l.hidden = false
	}
	w.atNAV[1].withdrawn = true
}

// expire sets the clock to a time at which NAV has deleted all letters.
func (w *letterWorld) expire(now time.Time) {
	w.now = now
	for _, l := range w.atNAV {
		l.withdrawn = true
	}
}

// every returns each nth number up to a limit.
func every(n, limit int64) []int64 {
	var numbers []int64
	for number := n; number <= limit; number += n {
		numbers = append(numbers, number)
	}
	return numbers
}

func isOf(id uuid.UUID) func(int64) bool {
	return func(n int64) bool { return idOf(n) == id }
}

// breakContents makes NAV fail each request for the contents of the first n letters.
func (w *letterWorld) breakContents(n int, err error) {
	for _, l := range w.atNAV[:n] {
		l.unfetchable = runreport.Errorf(runreport.NAVError, "%w", err)
	}
}

// without returns the numbers of the first n letters, which are stored without their content.
func without(n int) []int64 {
	numbers := upTo(n)
	for i := range numbers {
		numbers[i] *= -1
	}
	slices.Sort(numbers)
	return numbers
}

// TestLetterOutages checks that no failure of NAV's or of the HRM system deletes a letter, and that the next run is
// complete.
func TestLetterOutages(t *testing.T) {
	always := func(call string, err error) func(string, int) error {
		return func(name string, _ int) error {
			if name == call {
				return err
			}
			return nil
		}
	}
	once := func(call string, err error) func(string, int) error {
		return func(name string, n int) error {
			if name == call && n == 0 {
				return err
			}
			return nil
		}
	}
	cannotVerify := runreport.Errorf(runreport.NAVTokenRejected, "%w", letters.ErrCannotVerify)
	cases := map[string]struct {
		reason string
		fault  func(string, int) error
		want   runreport.Reason
		// deleted reports that the withdrawn letter is deleted all the same.
		deleted bool
	}{
		"list": {
			reason: "a list that fails is no list", fault: always("list", outageOf(runreport.NAVUnreachable)),
			want: runreport.NAVUnreachable,
		},
		"second page": {reason: "a list that breaks off is no list", fault: secondPage, want: runreport.NAVError},
		"check": {
			reason: "NAV must say so", fault: always("check", outageOf(runreport.NAVError)), want: runreport.NAVError,
		},
		"right missing": {
			reason: "no access is no withdrawal", fault: always("check", outageOf(runreport.RightMissing)),
			want: runreport.RightMissing,
		},
		"delete": {
			reason: "the HRM system fails", fault: always("delete", outageOf(runreport.HRMUnreachable)),
			want: runreport.HRMUnreachable,
		},
		"HRM's list": {
			reason: "without it, all letters would be new", fault: always("letters", outageOf(runreport.HRMBadResponse)),
			want: runreport.HRMBadResponse,
		},
		"sidecar": {
			reason: "NAV cannot look at tokens", fault: always("list", cannotVerify), want: runreport.NAVError,
		},
		"sidecar, once": {reason: "another token may be good", fault: once("list", cannotVerify), deleted: true},
		"transient list": {
			reason: "the request is repeated", fault: once("list", outageOf(runreport.NAVUnreachable)), deleted: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newLetterWorld(sent(6)...)
			w.pageSize = 4
			w.run(t, "first import", "")
			w.atNAV[5].withdrawn = true
			w.fault = tc.fault
			w.tokens = 0
			w.run(t, tc.reason, tc.want)
			want := upTo(6)
			if tc.deleted {
				want = upTo(5)
			}
			if diff := cmp.Diff(want, w.stored()); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
			if name == "sidecar" && w.tokens != 2 {
				t.Errorf("%s: %d tokens, want a second one and no more", tc.reason, w.tokens)
			}
			w.fault = func(string, int) error { return nil }
			w.run(t, "the next run", "")
			if diff := cmp.Diff(upTo(5), w.stored()); diff != "" {
				t.Errorf("%s: after the next run: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// secondPage fails each second page.
func secondPage(call string, n int) error {
	if call == "list" && n > 0 {
		return outageOf(runreport.NAVError)
	}
	return nil
}

// failingContents fails each content.
func failingContents(call string, _ int) error {
	if call == "content" {
		return outageOf(runreport.NAVError)
	}
	return nil
}

// TestLettersComplete checks when a run records that no letter is missing, and what a run costs without news.
func TestLettersComplete(t *testing.T) {
	w := newLetterWorld(sent(3)...)
	w.refuses = func(id uuid.UUID) bool { return id == idOf(2) }
	w.run(t, "a letter is missing", runreport.DocumentRefused)
	if w.complete != nil {
		t.Errorf("complete until %s although a letter is missing", w.complete)
	}
	w.refuses = nil
	w.run(t, "all are sent", "")
	if w.complete == nil || !w.complete.Equal(noon) {
		t.Errorf("complete until %v, want %s", w.complete, noon)
	}
	w.now = noon.Add(time.Hour)
	w.run(t, "an hour later", "")
	if diff := cmp.Diff(map[string]int{"letters": 1, "list": 1}, w.calls); diff != "" {
		t.Errorf("a run without news: -want, +got:\n%s", diff)
	}
	if want := w.now.AddDate(0, -4, 2); !w.lastFrom.Equal(want) {
		t.Errorf("compared from %s, want %s", w.lastFrom, want)
	}
	w.now = noon.Add(25 * time.Hour)
	w.run(t, "a day later", "")
	if !w.complete.Equal(w.now) {
		t.Errorf("complete until %s, want %s", w.complete, w.now)
	}
}

// TestLetterUnits checks that a unit without access does not stop the others, and that Run counts.
func TestLetterUnits(t *testing.T) {
	w := newLetterWorld(sent(2)...)
	w.units = []orgnumber.Number{other, unit}
	w.fault = func(call string, n int) error {
		if call == "list" && n < 2 { // also with a new token
			return outageOf(runreport.RightMissing)
		}
		return nil
	}
	got := w.run(t, "the first unit has no right", runreport.RightMissing)
	want := runreport.Report{Volumes: runreport.Volumes{DocumentsStored: 2, PDFsStored: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}

// TestLetterUnitsWithBadLetters checks that three units in a row with bad letters or contents do not end the run, and
// how many contents are requested.
func TestLetterUnitsWithBadLetters(t *testing.T) {
	cases := map[string]struct {
		reason  string
		refuses func(uuid.UUID) bool
		fault   func(string, int) error
		fetched int
		want    runreport.Reason
	}{
		"a letter": {
			reason: "the HRM system refuses one", refuses: func(id uuid.UUID) bool { return id == idOf(2) }, fetched: 2,
			want: runreport.DocumentRefused,
		},
		"contents": {
			reason: "NAV lists letters", fault: failingContents,
			fetched: maxFailing * maxFailed, want: runreport.NAVError,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := newLetterWorld(sent(3)...)
			w.units = []orgnumber.Number{
				unit, other, orgnumber.MustParse("310330701"), orgnumber.MustParse("897757222"),
				orgnumber.MustParse("810007842"),
			}
			w.refuses = tc.refuses
			if tc.fault != nil {
				w.fault = tc.fault
			}
			w.run(t, tc.reason, tc.want)
			want := map[string]int{"list": len(w.units), "content": tc.fetched}
			got := map[string]int{"list": w.calls["list"], "content": w.calls["content"]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
