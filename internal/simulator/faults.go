package simulator

import (
	"errors"
	"fmt"

	"github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/navletters"
	"github.com/4human/integration-operator/internal/simulator/navplans"
	"github.com/4human/integration-operator/internal/simulator/navreports"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Faults are the ways in which the simulator breaks on purpose. The zero value is a simulator that works. The help tags
// are for the command line; see [FaultSwitches].
type Faults struct {
	// MaskinportenFaults break Maskinporten.
	maskinporten.Faults
	// Readings choose the other side where the documentation contradicts itself.
	Readings Readings `json:"readings,omitzero"`

	// NAV breaks NAV's API for plans, and NAVPlans change its behaviour.
	NAV      wire.Faults     `json:"nav,omitzero"`
	NAVPlans navplans.Faults `json:"navPlans,omitzero"`
	// SickPay breaks NAV's API for sick notes and applications, and SickPayData change its behaviour.
	SickPay     wire.Faults       `json:"sickPay,omitzero"`
	SickPayData navsickpay.Faults `json:"sickPayData,omitzero"`
	// Letters breaks NAV's API for letters, and LetterData change its behaviour.
	Letters    wire.Faults       `json:"letters,omitzero"`
	LetterData navletters.Faults `json:"letterData,omitzero"`
	// Reports breaks NAV's API for settlement reports, and ReportData change its behaviour.
	Reports    wire.Faults       `json:"reports,omitzero"`
	ReportData navreports.Faults `json:"reportData,omitzero"`
	// Altinn breaks Altinn's API for vendors, AltinnData make its register wrong, and AltinnRefuses has it refuse
	// requests. Maskinporten finds system users in Altinn all the same.
	Altinn        wire.Faults    `json:"altinn,omitzero"`
	AltinnData    altinn.Faults  `json:"altinnData,omitzero"`
	AltinnRefuses altinn.Refuses `json:"altinnRefuses,omitzero"`
	// HRM breaks the HRM system.
	HRM wire.Faults `json:"hrm,omitzero"`
	// Register breaks Enhetsregisteret.
	Register wire.Faults `json:"register,omitzero"`
	// Registrations breaks the API for registrations.
	Registrations wire.Faults `json:"registrations,omitzero"`
}

// Readings choose between two readings of the documentation where its pages, or what has been seen of the real service,
// do not agree. The zero value is the reading thought more likely. A client is right only if it is right under both.
type Readings struct {
	MaskinportenReadings
	AltinnReadings
	NAVPlanReadings
	SickPayReadings
	LetterReadings
	ReportReadings
	RegisterReadings
}

type (
	// MaskinportenReadings are those of Maskinporten.
	MaskinportenReadings = maskinporten.Readings
	// AltinnReadings are those of Altinn.
	AltinnReadings = altinn.Readings
	// NAVPlanReadings are those of NAV's API for plans.
	NAVPlanReadings = navplans.Readings
	// SickPayReadings are those of NAV's API for sick notes and applications.
	SickPayReadings = navsickpay.Readings
	// LetterReadings are those of NAV's API for letters.
	LetterReadings = navletters.Readings
	// ReportReadings are those of NAV's API for settlement reports.
	ReportReadings = navreports.Readings
	// RegisterReadings are those of Enhetsregisteret.
	RegisterReadings = enhetsregisteret.Readings
)

// check reports the first fault that is not usable.
func (f Faults) check() error {
	for _, part := range []struct {
		name  string
		check func() error
	}{
		{"", f.Faults.AnswerFaults.Check},
		{"nav: ", f.NAV.Check},
		{"sickPayData: ", f.SickPayData.Check},
		{"letters: ", f.Letters.Check},
		{"letterData: ", f.LetterData.Check},
		{"reports: ", f.Reports.Check},
		{"altinn: ", f.Altinn.Check},
		{"altinnRefuses: ", f.AltinnRefuses.Check},
		{"sickPay: ", f.SickPay.Check},
		{"hrm: ", f.HRM.Check},
		{"register: ", f.Register.Check},
		{"registrations: ", f.Registrations.Check},
		{"", f.Faults.Check},
	} {
		if err := part.check(); err != nil {
			return fmt.Errorf("%s%w", part.name, err)
		}
	}
	return nil
}

// SetFaults replaces all faults at once; the zero value repairs everything. It changes nothing if a fault is not
// usable, such as an unknown outage, or limited faults without consumers.
func (w *World) SetFaults(faults Faults) error {
	if err := faults.check(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = faults
	w.faults.Faults = faults.Faults.Clone()
	w.Maskinporten.SetReadings(faults.Readings.MaskinportenReadings)
	w.Altinn.SetReadings(faults.Readings.AltinnReadings)
	w.NAVPlans.SetReadings(faults.Readings.NAVPlanReadings)
	w.SickPay.SetReadings(faults.Readings.SickPayReadings)
	w.Letters.SetReadings(faults.Readings.LetterReadings)
	w.Reports.SetReadings(faults.Readings.ReportReadings)
	w.Register.SetReadings(faults.Readings.RegisterReadings)
	w.Altinn.SetFaults(faults.AltinnData)
	w.NAVPlans.SetFaults(faults.NAVPlans)
	w.Reports.SetFaults(faults.ReportData)
	return errors.Join(
		w.Maskinporten.SetFaults(faults.Faults),
		w.NAVPlans.SetOutage(faults.NAV),
		w.SickPay.SetOutage(faults.SickPay), w.SickPay.SetFaults(faults.SickPayData),
		w.Letters.SetOutage(faults.Letters), w.Letters.SetFaults(faults.LetterData),
		w.Reports.SetOutage(faults.Reports),
		w.Altinn.SetOutage(faults.Altinn), w.Altinn.SetRefusals(faults.AltinnRefuses),
		w.HRM.SetOutage(faults.HRM),
		w.Register.SetOutage(faults.Register),
		w.Registrations.SetOutage(faults.Registrations),
	)
}

// Faults returns the faults as they were last set.
func (w *World) Faults() Faults {
	w.mu.RLock()
	defer w.mu.RUnlock()
	faults := w.faults
	faults.Faults = faults.Faults.Clone()
	return faults
}

// SetCallFaults sets a function that decides the faults of each call to NAV, Altinn, the HRM system and
// Enhetsregisteret; nil removes it. Its faults are not in [World.Faults].
func (w *World) SetCallFaults(decide wire.CallFault) {
	for _, service := range []interface{ SetCallOutage(wire.CallFault) }{
		w.NAVPlans, w.SickPay, w.Letters, w.Reports, w.Altinn, w.HRM, w.Register, w.Registrations,
	} {
		service.SetCallOutage(decide)
	}
}
