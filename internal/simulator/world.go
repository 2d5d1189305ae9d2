package simulator

import (
	"crypto/rsa"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/enhetsregisteret"
	"github.com/4human/integration-operator/internal/simulator/hrm"
	"github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/navletters"
	"github.com/4human/integration-operator/internal/simulator/navplans"
	"github.com/4human/integration-operator/internal/simulator/navreports"
	"github.com/4human/integration-operator/internal/simulator/navsickpay"
	"github.com/4human/integration-operator/internal/simulator/registrations"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// Options configure a [World].
type Options struct {
	// Issuer is the public URL of the simulated Maskinporten, used verbatim as its issuer identifier: with a trailing
	// slash, like the real one's, if it has one here. Required: http or https, without path, query or fragment.
	Issuer string
	// Now returns the time. Required.
	Now func() time.Time
	// SigningKey signs access tokens until the first rotation. Default: a new key.
	SigningKey *rsa.PrivateKey
	// HRMData is a folder for the HRM system's data, which is kept there. Default: a temporary one, until [World.Close].
	HRMData string
	// RefusalHour is the duration of an hour of the waits for plans that NAV refuses. Default: an hour.
	RefusalHour time.Duration
	// Logger receives one line per recorded request. Default: nothing is logged.
	Logger *slog.Logger
}

// World is the simulated services, which share a clock, a record of their requests and the tokens of one issuer. Each
// has its own state and lock. It is safe for concurrent use.
type World struct {
	Maskinporten *maskinporten.Service
	Altinn       *altinn.Service
	NAVPlans     *navplans.Service
	SickPay      *navsickpay.Service
	Letters      *navletters.Service
	Reports      *navreports.Service
	HRM          *hrm.Service
	Register     *enhetsregisteret.Service
	// Registrations is an API that no built-in service uses.
	Registrations *registrations.Service
	// Recorder has the requests to all of them.
	Recorder *wire.Recorder

	mu     sync.RWMutex
	faults Faults
}

// New returns a world without clients, delegations, systems and tenants. It returns an error without a clock, on an
// issuer that is not the URL of a server, or if it cannot use the folder for the HRM system's data.
func New(options Options) (*World, error) {
	if options.Now == nil {
		return nil, errors.New("a simulator needs a clock")
	}
	tokens, err := accesstoken.NewSigner(options.Issuer, options.SigningKey)
	if err != nil {
		return nil, err
	}
	recorder := wire.NewRecorder(options.Logger)
	register := altinn.New(altinn.Options{Now: options.Now, Tokens: tokens, Recorder: recorder})
	system, err := hrm.New(hrm.Options{
		Now: options.Now, Folder: options.HRMData, RefusalHour: options.RefusalHour,
		Recorder: recorder,
	})
	if err != nil {
		return nil, err
	}
	sickPay := navsickpay.New(navsickpay.Options{
		Now: options.Now, Tokens: tokens, SystemUsers: register, Recorder: recorder,
	})
	access := accesstoken.Access{Tokens: tokens, SystemUsers: register, MainUnit: sickPay.MainUnit}
	return &World{
		Maskinporten: maskinporten.New(maskinporten.Options{
			Tokens: tokens, Now: options.Now, Altinn: register, Recorder: recorder, Log: options.Logger,
		}),
		Altinn:   register,
		NAVPlans: navplans.New(navplans.Options{Now: options.Now, Tokens: tokens, Recorder: recorder}),
		SickPay:  sickPay,
		Letters:  navletters.New(navletters.Options{Now: options.Now, Access: access, Recorder: recorder}),
		Reports:  navreports.New(navreports.Options{Now: options.Now, Access: access, Recorder: recorder}),
		HRM:      system,
		Register: enhetsregisteret.New(enhetsregisteret.Options{Now: options.Now, Recorder: recorder}),
		Registrations: registrations.New(registrations.Options{
			Now: options.Now, Tokens: tokens, Recorder: recorder,
		}),
		Recorder: recorder,
	}, nil
}

// Close closes the HRM system's data.
func (w *World) Close() error { return w.HRM.Close() }
