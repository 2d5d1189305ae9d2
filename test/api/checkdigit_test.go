package api

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// checkDigit computes the ninth digit of eight by modulus 11, the way that a person does: weights from the right
// 2 to 7 and around, and what is missing to a multiple of 11. Ten is no digit, so eight such digits have no ninth.
func checkDigit(eight string) (digit int, ok bool) {
	sum, weight := 0, 2
	for i := len(eight) - 1; i >= 0; i-- {
		sum += weight * int(eight[i]-'0')
		weight++
		if weight > 7 {
			weight = 2
		}
	}
	missing := 11*((sum+10)/11) - sum
	return missing, missing < 10
}

// TestCheckDigitAgreesWithModulus11 compares the CRD's rule with the arithmetic above. Half of the numbers get the
// right check digit where there is one, for of random numbers only one in eleven is right.
func TestCheckDigitAgreesWithModulus11(t *testing.T) {
	// The same numbers on every run.
	random := rand.New(rand.NewPCG(897757222, 310330701))
	taken, refused, impossible := 0, 0, 0
	for i := range 400 {
		eight := fmt.Sprintf("%08d", random.IntN(100_000_000))
		digit, ok := checkDigit(eight)
		last := random.IntN(10)
		if ok && i%2 == 0 {
			last = digit
		}
		number := fmt.Sprintf("%s%d", eight, last)
		want := ok && last == digit

		u := object(t, manifest(t, customerMinimal, edit{"310330701", number}))
		err := strict().Create(t.Context(), u, client.DryRunAll)

		switch {
		case err == nil && want:
			taken++
		case err != nil && !want && strings.Contains(err.Error(), "check digit"):
			refused++
		default:
			t.Errorf("%s: want taken: %t, got: %v", number, want, err)
		}
		if !ok {
			impossible++
		}
	}
	if taken < 100 || refused < 100 || impossible < 10 {
		t.Errorf("%d taken, %d refused, %d without a ninth digit: too few to say anything", taken, refused, impossible)
	}
}
