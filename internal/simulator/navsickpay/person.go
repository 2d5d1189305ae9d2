package navsickpay

import (
	"fmt"
	"hash/fnv"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// person returns the identity number of a synthetic person, with 40 added to the month as NAV's or 80 as
// Skatteetaten's.
func (r *Row) person() string {
	if r.Person != "" {
		return r.Person
	}
	seed := r.seed(0)
	// born before 2000, by the next three digits
	day, month, year := 1+seed%28, 41+40*(seed>>5%2)+seed>>6%12, 50+seed>>10%50
	for individual := seed >> 16 % 500; ; individual = (individual + 1) % 500 {
		if number, ok := identity.WithControlDigits(fmt.Sprintf("%02d%02d%02d%03d", day, month, year, individual)); ok {
			return number
		}
	}
}

// seed returns a number made of the row's id and a part. All invented content of a row follows from these.
func (r *Row) seed(part byte) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write(append(r.ID[:], part)) // a hash takes all
	return sum.Sum32()
}

// of returns the choice of a seed.
func of[T any](seed uint32, choices ...T) T {
	return choices[seed%uint32(len(choices))] //nolint:gosec // a handful of choices
}

// name returns an invented name, like those of Skatteetaten's test persons.
func (r *Row) name() string {
	return of(r.seed(0), "Logisk", "Blid", "Rask", "Ærlig", "Ordinær") + " " +
		of(r.seed(0)>>4, "Fjellrev", "Kopp", "Ugle", "Brød", "Gås & Høne")
}
