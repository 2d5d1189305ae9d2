package maskinporten

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/4human/integration-operator/internal/conclusion"
	"github.com/4human/integration-operator/internal/outbound"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
	simwire "github.com/4human/integration-operator/internal/simulator/wire"
)

func outage(o simwire.Outage, wait ...simwire.RetryAfter) setting {
	faults := simmaskinporten.AnswerFaults{Outage: o}
	for _, form := range wait {
		faults.RetryAfter = form
	}
	return setting{Faults: simmaskinporten.Faults{AnswerFaults: faults}}
}

func everywhere(f setting) setting {
	f.EveryEndpoint = true
	return f
}

// hurried lets a token request time out as soon as its response begins.
func hurried(c *Config) {
	transport := outbound.NewTransport(nil)
	c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != "/token" {
			return transport.RoundTrip(r)
		}
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(context.DeadlineExceeded)
		return transport.RoundTrip(r.WithContext(ctx))
	})
}

// saysLater sends a Retry-After before the response of another handler.
func saysLater(wait string, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", wait)
		then(w, r)
	}
}

// outageResponses are responses that say nothing about a customer. Some are written by hand, because the simulator has
// only one form of each.
func outageResponses() map[string]responseRow {
	const asked = 30 * time.Second // the simulator's Retry-After
	json, page := "application/json", "text/html"
	temporary := `{"error":"temporarily_unavailable","error_description":"The service is temporarily unavailable"}`
	return map[string]responseRow{
		"500 HTML": {
			reason: "a gateway's page", faults: outage(simwire.OutageInternalServerError),
			want: ClassServerError, kind: conclusion.Outage,
		},
		"500 JSON": {
			reason:  "an error of the server's own, by hand",
			instead: says(500, json, `{"error":"server_error"}`), want: ClassServerError, kind: conclusion.Outage,
		},
		"502 empty": {
			reason: "a gateway's silence", faults: outage(simwire.OutageBadGateway), want: ClassServerError,
			kind: conclusion.Outage,
		},
		"503 JSON": {
			reason: "a server that says so", faults: outage(simwire.OutageServiceUnavailable),
			want: ClassServerError, kind: conclusion.Outage,
		},
		"503, seconds": {
			reason: "and how long",
			faults: outage(simwire.OutageServiceUnavailable,
				simwire.RetryAfterSeconds), want: ClassServerError, kind: conclusion.Outage, retryAfter: asked,
		},
		"503, date": {
			reason: "or until when",
			faults: outage(simwire.OutageServiceUnavailable,
				simwire.RetryAfterHTTPDate), want: ClassServerError, kind: conclusion.Outage, retryAfter: asked,
		},
		"503 as MP-251": {
			reason: "an outage, whatever its body says, by hand", instead: says(503, json, mp251),
			want: ClassServerError, kind: conclusion.Outage, code: "MP-251",
		},
		"504 empty": {
			reason: "a gateway that waited, by hand", instead: says(504, "", ""), want: ClassServerError,
			kind: conclusion.Outage,
		},
		"504 HTML": {
			reason: "and says so in a page, by hand", instead: says(504, page, html), want: ClassServerError,
			kind: conclusion.Outage,
		},
		"400 temporary": {
			reason: "a refusal that calls itself temporary, by hand", instead: says(400, json, temporary),
			want: ClassServerError, kind: conclusion.Outage,
		},
		"429": {
			reason: "asked too often", faults: outage(simwire.OutageTooManyRequests), want: ClassRateLimited,
			kind: conclusion.Outage,
		},
		"429, seconds": {
			reason: "and how long to wait",
			faults: outage(simwire.OutageTooManyRequests,
				simwire.RetryAfterSeconds), want: ClassRateLimited, kind: conclusion.Outage, retryAfter: asked,
		},
		"429, date": {
			reason: "or until when",
			faults: outage(simwire.OutageTooManyRequests,
				simwire.RetryAfterHTTPDate), want: ClassRateLimited, kind: conclusion.Outage, retryAfter: asked,
		},
		"429, nonsense": {
			reason:  "a wish that cannot be read is none, by hand",
			instead: saysLater("soon", says(429, "", "")), want: ClassRateLimited, kind: conclusion.Outage,
		},
		"429, a year": {
			reason: "and none is kept for more than an hour, by hand",
			instead: saysLater("31536000", says(429, "",
				"")), want: ClassRateLimited, kind: conclusion.Outage, retryAfter: time.Hour,
		},
		"429 as MP-251": {
			reason: "an outage, whatever its body says, by hand", instead: says(429, json, mp251),
			want: ClassRateLimited, kind: conclusion.Outage, code: "MP-251",
		},
		"403 HTML": {
			reason: "a proxy's page is no withdrawal", faults: outage(simwire.OutageForbiddenHTML),
			want: ClassBlocked, kind: conclusion.Outage,
		},
		"403 HTML, words": {
			reason: "nor one with Maskinporten's words in it, by hand", instead: says(403, page, html),
			want: ClassBlocked, kind: conclusion.Outage,
		},
		"403 empty": {
			reason: "nor an empty body, by hand", instead: says(403, "", ""), want: ClassBlocked,
			kind: conclusion.Outage,
		},
		"403 forbidden": {
			reason:  "nor one that gives no reason, by hand",
			instead: says(403, json, `{"error":"forbidden"}`), want: ClassBlocked, kind: conclusion.Outage,
		},
		"403 half JSON": {
			reason: "nor half a refusal, by hand", instead: says(403, json, mp251[:len(mp251)/2]),
			want: ClassBlocked, kind: conclusion.Outage,
		},
		"404 HTML": {
			reason: "the wrong server, by hand", instead: says(404, page, html), want: ClassBlocked,
			kind: conclusion.Outage,
		},
		"403 truncated": {
			reason: "what a body would have said is not guessed", faults: outage(simwire.OutageTruncated),
			world: (*responseWorld).withdraw, want: ClassBadResponse, kind: conclusion.Outage,
		},
		"403 oversized": {
			reason:  "no refusal is that long, by hand",
			instead: says(403, json, mp251+strings.Repeat(" ", maxResponse)), want: ClassBadResponse, kind: conclusion.Outage,
		},
		"200 truncated": {
			reason: "half a token", faults: outage(simwire.OutageTruncated), want: ClassBadResponse,
			kind: conclusion.Outage,
		},
		"500 after": {
			reason: "a token may exist that was not received",
			faults: outage(simwire.OutageErrorAfterProcessing), want: ClassServerError, kind: conclusion.Outage,
		},
		"200 reset": {
			reason: "half a token, and a reset", faults: outage(simwire.OutageResetMidBody),
			want: ClassUnreachable, kind: conclusion.Outage,
		},
		"200 half JSON": {
			reason: "half a token in a whole body, by hand", instead: says(200, json, `{"access_token":"eyJ`),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"200 oversized": {
			reason: "more than a token", faults: outage(simwire.OutageOversized), want: ClassBadResponse,
			kind: conclusion.Outage,
		},
		"200 empty": {
			reason: "success without a token", faults: outage(simwire.OutageEmptyBody),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"200 HTML": {
			reason: "a captive portal's page is no token", faults: outage(simwire.OutageForeignPage),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"200 other JSON": {
			reason: "nor is a gateway's success", faults: outage(simwire.OutageForeignJSON),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"204": {
			reason: "nor a success without a word", faults: outage(simwire.OutageForeignNoContent),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"200 as MP-251": {
			reason: "a refusal that says OK, by hand", instead: says(200, json, mp251),
			want: ClassBadResponse, kind: conclusion.Outage,
		},
		"302": {
			reason: "redirects are not followed, by hand",
			instead: http.RedirectHandler("/elsewhere", http.StatusFound).
				ServeHTTP, want: ClassBadResponse, kind: conclusion.Outage,
		},
		"reset": {
			reason: "no answer", faults: outage(simwire.OutageConnectionReset), want: ClassUnreachable,
			kind: conclusion.Outage,
		},
		"reset after": {
			reason: "a lost answer: the grant is used up, and not sent again",
			faults: outage(simwire.OutageConnectionResetAfterProcessing), want: ClassUnreachable, kind: conclusion.Outage,
		},
		"reset within": {
			reason: "a connection that breaks within an answer, by hand", instead: reset(403),
			want: ClassUnreachable, kind: conclusion.Outage,
		},
		"slow drip": {
			reason: "an answer that never ends", faults: outage(simwire.OutageSlowDrip), config: hurried,
			want: ClassUnreachable, kind: conclusion.Outage,
		},

		"metadata, 503": {
			reason: "without metadata the address is unknown",
			faults: everywhere(outage(simwire.OutageServiceUnavailable,
				simwire.RetryAfterSeconds)), want: ClassServerError, kind: conclusion.Outage, retryAfter: asked, grants: -1,
		},
		"metadata, 403": {
			reason: "a proxy's page", faults: everywhere(outage(simwire.OutageForbiddenHTML)),
			want: ClassBlocked, kind: conclusion.Outage, grants: -1,
		},
		"metadata, reset": {
			reason: "no answer", faults: everywhere(outage(simwire.OutageConnectionReset)),
			want: ClassUnreachable, kind: conclusion.Outage, grants: -1,
		},
		"metadata, empty": {
			reason: "no document", faults: everywhere(outage(simwire.OutageEmptyBody)),
			want: ClassBadResponse, kind: conclusion.Outage, grants: -1,
		},
		"metadata, HTML": {
			reason: "a captive portal's page", faults: everywhere(outage(simwire.OutageForeignPage)),
			want: ClassBadResponse, kind: conclusion.Outage, grants: -1,
		},
		"metadata, JSON": {
			reason: "a gateway's success", faults: everywhere(outage(simwire.OutageForeignJSON)),
			want: ClassBadResponse, kind: conclusion.Outage, grants: -1,
		},
		"metadata, 204": {
			reason: "a success without a word", faults: everywhere(outage(simwire.OutageForeignNoContent)),
			want: ClassBadResponse, kind: conclusion.Outage, grants: -1,
		},
		"metadata, other": {
			reason: "another issuer's",
			faults: setting{Faults: simmaskinporten.Faults{MetadataIssuer: "https://other.example/"}},
			want:   ClassMetadataInvalid, kind: conclusion.OwnFault, grants: -1,
		},
		"metadata, place": {
			reason: "grants go to the issuer only",
			faults: setting{Faults: simmaskinporten.Faults{TokenEndpoint: "https://other.example/token"}},
			want:   ClassMetadataInvalid, kind: conclusion.OwnFault, grants: -1,
		},
	}
}
