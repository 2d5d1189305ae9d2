package hrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/orgnumber"
	"github.com/4human/integration-operator/internal/outbound"
	"github.com/4human/integration-operator/internal/runreport"
)

// judge decides what is wrong with an answer: nothing if it is a whole 200. What is
// no clear word of the HRM solution's is a bad response.
func judge(got *outbound.Answer) (runreport.Reason, error) {
	switch {
	case got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden:
		return runreport.HRMUnauthorized, fmt.Errorf("the token is not accepted (status %d)", got.Status)
	case got.Status >= http.StatusMultipleChoices && got.Status < http.StatusBadRequest:
		return runreport.HRMBadResponse, fmt.Errorf("redirects are not followed (status %d)", got.Status)
	case got.Status != http.StatusOK:
		return runreport.HRMBadResponse, fmt.Errorf("status %d instead of 200", got.Status)
	case got.BodyErr == nil:
		return "", nil
	case outbound.KindOf(got.BodyErr) == outbound.Unreachable:
		return runreport.HRMUnreachable, got.BodyErr
	default:
		return runreport.HRMBadResponse, got.BodyErr
	}
}

// parseOrganization reads {"organizationNumber":"310330701"}. Other fields may come.
func parseOrganization(body []byte) (orgnumber.Number, error) {
	var answer struct {
		OrganizationNumber string `json:"organizationNumber"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return orgnumber.Number{}, errors.New("the body is not the JSON object that was asked for")
	}
	n, err := orgnumber.Parse(answer.OrganizationNumber)
	if err != nil {
		// Its text would quote what the HRM solution sent.
		return orgnumber.Number{}, errors.New("organizationNumber is missing, or no organization number")
	}
	return n, nil
}
