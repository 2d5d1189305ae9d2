package simulator

import (
	"fmt"
	"hash/fnv"
)

// person is somebody who was never born: by the month, 40 too many as NAV's test persons' or 80 as Skatteetaten's, nobody can be
// taken for somebody real.
func (r *SickPayRow) person() string {
	if r.Person != "" {
		return r.Person
	}
	seed := r.seed(0)
	day, month, year := 1+seed%28, 41+40*(seed>>5%2)+seed>>6%12, 50+seed>>10%50 // born before 2000, which the next three say
	for individual := seed >> 16 % 500; ; individual = (individual + 1) % 500 {
		if number, ok := withControlDigits(fmt.Sprintf("%02d%02d%02d%03d", day, month, year, individual)); ok {
			return number
		}
	}
}

// seed is a number that the row's id makes, another one for each part. What is made up about a row is made up of these.
func (r *SickPayRow) seed(part byte) uint32 {
	sum := fnv.New32a()
	_, _ = sum.Write(append(r.ID[:], part)) // a hash takes all
	return sum.Sum32()
}

// of chooses by a seed.
func of[T any](seed uint32, choices ...T) T {
	return choices[seed%uint32(len(choices))] //nolint:gosec // a handful of choices
}

// name is as made up as those of Skatteetaten's test persons.
func (r *SickPayRow) name() string {
	return of(r.seed(0), "Logisk", "Blid", "Rask", "Ærlig", "Ordinær") + " " + of(r.seed(0)>>4, "Fjellrev", "Kopp", "Ugle", "Brød", "Gås & Høne")
}

// withControlDigits adds the two control digits of an identity number, if there are some for it (navikt/fnrvalidator).
func withControlDigits(nine string) (string, bool) {
	number := nine
	for _, weights := range controlWeights {
		sum := 0
		for i := range number {
			sum += weights[i] * int(number[i]-digitZero)
		}
		digit := (11 - sum%11) % 11
		if digit == 10 {
			return "", false
		}
		number += string(rune(digitZero + digit))
	}
	return number, true
}
