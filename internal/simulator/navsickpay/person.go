package navsickpay

import (
	"fmt"
	"hash/fnv"

	"github.com/4human/integration-operator/internal/simulator/identity"
)

// person is somebody who was never born: by the month, 40 too many as NAV's test persons' or 80 as Skatteetaten's, nobody can be
// taken for somebody real.
func (r *Row) person() string {
	if r.Person != "" {
		return r.Person
	}
	seed := r.seed(0)
	day, month, year := 1+seed%28, 41+40*(seed>>5%2)+seed>>6%12, 50+seed>>10%50 // born before 2000, which the next three say
	for individual := seed >> 16 % 500; ; individual = (individual + 1) % 500 {
		if number, ok := identity.WithControlDigits(fmt.Sprintf("%02d%02d%02d%03d", day, month, year, individual)); ok {
			return number
		}
	}
}

// seed is a number that the row's id makes, another one for each part. What is made up about a row is made up of these.
func (r *Row) seed(part byte) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write(append(r.ID[:], part)) // a hash takes all
	return sum.Sum32()
}

// of chooses by a seed.
func of[T any](seed uint32, choices ...T) T {
	return choices[seed%uint32(len(choices))] //nolint:gosec // a handful of choices
}

// name is as made up as those of Skatteetaten's test persons.
func (r *Row) name() string {
	return of(r.seed(0), "Logisk", "Blid", "Rask", "Ærlig", "Ordinær") + " " + of(r.seed(0)>>4, "Fjellrev", "Kopp", "Ugle", "Brød", "Gås & Høne")
}
