package wire

import (
	"net/http"
	"strconv"
	"time"
)

// Outage is a way for an endpoint to fail. The services do not document their responses when they are down; these are
// the ways in which services behind gateways fail.
type Outage string

// The first nine fail before the request is read. The others break the response of a request that was processed: a
// grant counts as used, and a token may exist that was never received.
const (
	// OutageServiceUnavailable is 503 with the JSON error temporarily_unavailable.
	OutageServiceUnavailable Outage = "ServiceUnavailable"
	// OutageInternalServerError is 500 with a page of HTML.
	OutageInternalServerError Outage = "InternalServerError"
	// OutageBadGateway is 502 without a body.
	OutageBadGateway Outage = "BadGateway"
	// OutageTooManyRequests is 429 without a body.
	OutageTooManyRequests Outage = "TooManyRequests"
	// OutageForbiddenHTML is 403 with a page of HTML, from a proxy or firewall on the way.
	OutageForbiddenHTML Outage = "ForbiddenHTML"
	// OutageForeignPage is 200 with a page of HTML, from a captive portal or a proxy.
	OutageForeignPage Outage = "ForeignPage"
	// OutageForeignJSON is 200 with the JSON of another service, such as a gateway's.
	OutageForeignJSON Outage = "ForeignJSON"
	// OutageForeignNoContent is 204, as a captive portal responds to a probe.
	OutageForeignNoContent Outage = "ForeignNoContent"
	// OutageConnectionReset is a TCP reset instead of a response.
	OutageConnectionReset Outage = "ConnectionReset"

	// OutageConnectionResetAfterProcessing is a TCP reset after processing: the lost reply.
	OutageConnectionResetAfterProcessing Outage = "ConnectionResetAfterProcessing"
	// OutageErrorAfterProcessing is a server error of the service after processing.
	OutageErrorAfterProcessing Outage = "ErrorAfterProcessing"
	// OutageTruncated is half of the response, then the end of the connection.
	OutageTruncated Outage = "Truncated"
	// OutageOversized is 200 with 32 MiB of JSON.
	OutageOversized Outage = "Oversized"
	// OutageEmptyBody is 200 with nothing in it.
	OutageEmptyBody Outage = "EmptyBody"
	// OutageResetMidBody is half of the response, then a TCP reset.
	OutageResetMidBody Outage = "ResetMidBody"
	// OutageSlowDrip is the response, a byte each tenth of a second.
	OutageSlowDrip Outage = "SlowDrip"
)

// Outages lists every outage.
func Outages() []Outage {
	return []Outage{
		OutageServiceUnavailable, OutageInternalServerError, OutageBadGateway, OutageTooManyRequests, OutageForbiddenHTML,
		OutageForeignPage, OutageForeignJSON, OutageForeignNoContent,
		OutageConnectionReset, OutageConnectionResetAfterProcessing, OutageErrorAfterProcessing, OutageTruncated,
		OutageOversized, OutageEmptyBody,
		OutageResetMidBody, OutageSlowDrip,
	}
}

// RetryAfter is the form of a Retry-After header (RFC 9110, section 10.2.3).
type RetryAfter string

// Both forms ask for a pause of half a minute.
const (
	RetryAfterSeconds  RetryAfter = "Seconds"
	RetryAfterHTTPDate RetryAfter = "HTTPDate"
)

const retryAfterPause = 30 * time.Second

// RetryAfters lists the forms of Retry-After.
func RetryAfters() []RetryAfter {
	return []RetryAfter{RetryAfterSeconds, RetryAfterHTTPDate}
}

// insteadOf returns the response of an outage that fails before the request is read.
func (f Faults) insteadOf(now time.Time) (Response, bool) {
	failed := Response{Outcome: string(f.Outage)}
	switch f.Outage {
	case OutageServiceUnavailable:
		failed.Status, failed.ContentType = http.StatusServiceUnavailable, ContentTypeJSON
		failed.Body = []byte(`{"error":"temporarily_unavailable","error_description":"The service is temporarily unavailable"}`)
		failed.retryAfter = f.RetryAfter.header(now)
	case OutageInternalServerError:
		failed.Status, failed.ContentType = http.StatusInternalServerError, contentTypeHTML
		failed.Body = []byte("<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>\n")
	case OutageBadGateway:
		failed.Status = http.StatusBadGateway
	case OutageTooManyRequests:
		failed.Status = http.StatusTooManyRequests
		failed.retryAfter = f.RetryAfter.header(now)
	case OutageForbiddenHTML:
		failed.Status, failed.ContentType = http.StatusForbidden, contentTypeHTML
		failed.Body = []byte("<html><head><title>403 Forbidden</title></head><body><h1>Request blocked</h1></body></html>\n")
	case OutageForeignPage:
		failed.Status, failed.ContentType = http.StatusOK, contentTypeHTML
		failed.Body = []byte("<html><head><title>Welcome</title></head><body><h1>Log in to the network</h1></body></html>\n")
	case OutageForeignJSON:
		failed.Status, failed.ContentType = http.StatusOK, ContentTypeJSON
		failed.Body = []byte(`{"status":"ok"}`)
	case OutageForeignNoContent:
		failed.Status = http.StatusNoContent
	case OutageConnectionReset:
	default:
		return Response{}, false
	}
	return failed, true
}

func (r RetryAfter) header(now time.Time) string {
	switch r {
	case RetryAfterSeconds:
		return strconv.Itoa(int(retryAfterPause / time.Second))
	case RetryAfterHTTPDate:
		return now.Add(retryAfterPause).UTC().Format(http.TimeFormat)
	}
	return ""
}
