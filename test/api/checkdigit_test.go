package api

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// checkDigit returns the check digit for eight digits by modulus 11. The weights from the right are 2 to 7, repeated.
// ok is false if the check value is 10, because such numbers have no check digit.
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

// TestCheckDigitAgreesWithModulus11 compares the CRD's rule with checkDigit. Half of the numbers get the right check
// digit, because only one in eleven random numbers is valid.
func TestCheckDigitAgreesWithModulus11(t *testing.T) {
	// The same numbers on every run.
	random := rand.New(rand.NewPCG(897757222, 310330701))
	accepted, refused, impossible := 0, 0, 0
	for i := range 400 {
		eight := fmt.Sprintf("%08d", random.IntN(100_000_000))
		digit, ok := checkDigit(eight)
		last := random.IntN(10)
		if ok && i%2 == 0 {
			last = digit
		}
		number := fmt.Sprintf("%s%d", eight, last)
		want := ok && last == digit

		u := object(t, manifest(t, customerMinimal, edit{was: "310330701", is: number}))
		err := strict().Create(t.Context(), u, client.DryRunAll)

		switch {
		case err == nil && want:
			accepted++
		case err != nil && !want && strings.Contains(err.Error(), "check digit"):
			refused++
		default:
			t.Errorf("%s: want accepted: %t, got: %v", number, want, err)
		}
		if !ok {
			impossible++
		}
	}
	if accepted < 100 || refused < 100 || impossible < 10 {
		t.Errorf("too few: %d accepted, %d refused, %d without a check digit", accepted, refused, impossible)
	}
}
