package torture

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/4human/integration-operator/internal/maskinporten"
	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/simulator"
	simaltinn "github.com/4human/integration-operator/internal/simulator/altinn"
	simhrm "github.com/4human/integration-operator/internal/simulator/hrm"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/pkg/worker"
	"github.com/4human/integration-operator/test/sample"
)

const (
	followUpPlans       = "FollowUpPlans"
	sickNotes           = "SickNotes"
	sickPayApplications = "SickPayApplications"
	meetingLetters      = "DialogueMeetingLetters"
	settlementReports   = "SettlementReports"

	planScope    = "nav:oppfolgingsplan/lps.write"
	sickPayScope = "nav:helseytelser/sykepenger"
	letterScope  = "nav:syfo/dokumentporten"
	reportScope  = "nav:utbetaling/oppgjorsrapporter"
	system       = sample.SupplierNumber + "_4human_hrm"
)

var services = []string{followUpPlans, sickNotes, sickPayApplications, meetingLetters, settlementReports}

// kinds are the kinds of documents, by service.
var kinds = map[string]string{sickNotes: "sick-notes", sickPayApplications: "sick-pay-applications"}

// customer is an employer with one sub-unit and a tenant of the HRM system.
type customer struct {
	number, unit, tenant, token string
}

// world is NAV, the HRM systems and Maskinporten, and what a worker finds.
type world struct {
	folder      string
	tokenBroker worker.TokenBroker
	sim         *simulator.World
	customers   []*customer
	hrm         *httptest.Server
	nav         *httptest.Server // for plans
	sickPay     *httptest.Server
	letters     *httptest.Server
	reports     *httptest.Server
	asks        *maskinporten.Client
	closes      []func()
}

func newWorld(folder string, customers int, brokerFails func() bool) (*world, error) {
	w := &world{folder: folder}
	issuer := httptest.NewUnstartedServer(nil)
	var err error
	w.sim, err = simulator.New(simulator.Options{
		Issuer: "http://" + issuer.Listener.Addr().String() + "/", Now: time.Now,
		HRMData: folder, RefusalHour: hourOfRefusals,
	})
	if err != nil {
		return nil, err
	}
	issuer.Config.Handler = w.sim.Maskinporten.Handler()
	issuer.Start()
	w.nav = httptest.NewServer(w.sim.NAVPlans.Handler())
	w.sickPay = httptest.NewServer(w.sim.SickPay.Handler())
	w.letters = httptest.NewServer(w.sim.Letters.Handler())
	w.reports = httptest.NewServer(w.sim.Reports.Handler())
	w.hrm = httptest.NewServer(w.sim.HRM.Handler())
	w.asks, err = w.register(issuer.URL + "/")
	if err != nil {
		return nil, err
	}
	tokens := httptest.NewTLSServer(&broker{client: w.asks, fails: brokerFails, held: map[string]*maskinporten.Token{}})
	w.closes = []func(){
		issuer.Close, w.nav.Close, w.sickPay.Close, w.letters.Close, w.reports.Close, w.hrm.Close, tokens.Close,
		func() { _ = w.sim.Close() },
	}
	if err := w.addCustomers(customers); err != nil {
		return nil, err
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tokens.Certificate().Raw})
	w.tokenBroker = worker.TokenBroker{URL: tokens.URL + "/token", CA: string(certificate)}
	return w, nil
}

// token returns an access token of a customer's system user.
func (w *world) token(ctx context.Context, c *customer) (string, error) {
	request, err := requestOf(c.number + "/" + sickNotes)
	if err != nil {
		return "", err
	}
	token, err := w.asks.Token(ctx, request)
	if err != nil {
		return "", err
	}
	return token.AccessToken, nil
}

func (w *world) write(name, text string) error {
	return os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600)
}

func (w *world) close() {
	for _, end := range w.closes {
		end()
	}
}

// register registers the supplier at Maskinporten and Altinn, and returns a client of Maskinporten.
func (w *world) register(issuer string) (*maskinporten.Client, error) {
	key := sample.SigningKey()
	err := errors.Join(
		w.sim.Maskinporten.RegisterClient(simmaskinporten.Client{
			ClientID: sample.ClientID, OrganizationNumber: sample.SupplierNumber,
			Scopes: []string{planScope, sickPayScope, letterScope, reportScope},
			JWKS:   jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
		}),
		w.sim.Altinn.RegisterSystem(simaltinn.System{
			SystemID: system, OrganizationNumber: sample.SupplierNumber, Name: "4human HRM",
			ClientIDs: []string{sample.ClientID},
			Rights: []string{
				"nav_sykepenger_sykmelding", "nav_sykepenger_soeknad", "nav_syfo_dialogmote",
				"nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver", "nav_utbetaling_oppgjorsrapport-trekkhendelser",
				"nav_utbetaling_oppgjorsrapport-trekkoppgjor",
			},
		}),
		w.sim.SetFaults(registersUp),
	)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	keys, err := maskinporten.ParseKeys(maskinporten.KeyMaterial{Data: text})
	if err != nil {
		return nil, err
	}
	return maskinporten.New(maskinporten.Config{
		Issuer: issuer, AllowInsecure: true, ClientID: sample.ClientID,
		Supplier: orgnumber.MustParse(sample.SupplierNumber), SystemID: system, Keys: keys,
	})
}

func (w *world) addCustomers(n int) error {
	numbers := sample.Numbers(2 * n)
	for i := range n {
		c := &customer{
			number: numbers[2*i], unit: numbers[2*i+1], tenant: fmt.Sprintf("t%d", i),
			token: fmt.Sprintf("hrm-token-of-%d", i),
		}
		_, err := w.sim.Altinn.CreateSystemUser(simaltinn.SystemUser{SystemID: system, OrganizationNumber: c.number})
		err = errors.Join(err,
			w.sim.Maskinporten.Delegate(c.number, sample.SupplierNumber, planScope),
			w.sim.SickPay.RegisterUnit(c.unit, c.number),
			w.sim.HRM.RegisterTenant(simhrm.Tenant{Name: c.tenant, OrganizationNumber: c.number, Units: []string{c.unit}},
				c.token),
			w.write(c.tenant+".token", c.token),
		)
		tenant, failed := w.sim.HRM.Tenant(c.tenant)
		if err = errors.Join(err, failed); err == nil {
			err = tenant.WantCSVs(true)
		}
		for _, service := range services {
			err = errors.Join(err, w.write(c.tenant+"-"+service, c.number+"/"+service))
		}
		if err != nil {
			return err
		}
		w.customers = append(w.customers, c)
	}
	return nil
}

// command returns a run of the worker, with more flags.
func (w *world) command(ctx context.Context, program string, r run, more ...string) (*exec.Cmd, error) {
	at := func(name string) string { return filepath.Join(w.folder, name) }
	api := w.sickPay.URL
	switch r.service {
	case followUpPlans:
		api = w.nav.URL
	case meetingLetters:
		api = w.letters.URL
	case settlementReports:
		api = w.reports.URL
	}
	environment := worker.Environment{
		Service: r.service, OrganizationNumber: r.customer.number, HRMURL: w.hrm.URL + "/" + r.customer.tenant,
		TokenBroker: w.tokenBroker,
		Settings: worker.Settings{
			APIURL: api, HRM: worker.HRM{AllowedAddresses: []string{"127.0.0.0/8"}},
			Supplier: worker.Supplier{Name: "4HUMAN HRM AS"},
		},
	}
	variables, err := environment.Variables()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, program, append([]string{
		"--broker-token=" + at(r.customer.tenant+"-"+r.service), "--hrm-token=" + at(r.customer.tenant+".token"),
		"--hrm-ca=" + at("none"),
	}, more...)...)
	for _, v := range variables {
		c.Env = append(c.Env, v.Name+"="+v.Value)
	}
	return c, nil
}

// setBack makes the next run fetch late documents, as on the next day.
func (w *world) setBack(c *customer, kind string) error {
	tenant, err := w.sim.HRM.Tenant(c.tenant)
	if err != nil {
		return err
	}
	return setBack(tenant, c.unit, kind)
}
