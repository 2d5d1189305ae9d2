package navletters

// Readings choose between two readings of what is documented or known of NAV's API for letters. The zero value is the
// reading thought more likely.
type Readings struct {
	// LettersNeverExpire: NAV keeps letters, as its code did until July 2026. By default it deletes them after four
	// months.
	LettersNeverExpire bool `json:"lettersNeverExpire,omitzero" help:"NAV keeps its letters longer than four months"`
}

// SetReadings replaces the readings.
func (s *Service) SetReadings(readings Readings) { s.readings.Store(&readings) }
