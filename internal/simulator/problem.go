package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// maxAdminBytes leaves room for faults that name ten thousand consumers.
const maxAdminBytes = 1 << 20

const contentTypeProblem = "application/problem+json"

// Problem is the body of an error of the admin API and the HRM solution (RFC 9457).
type Problem struct {
	// Status is the HTTP status.
	Status int `json:"status"`
	// Title is the status in words.
	Title string `json:"title"`
	// Detail says what was wrong with the request.
	Detail string `json:"detail"`
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", contentTypeProblem)
	w.WriteHeader(status)
	writeBody(w, Problem{Status: status, Title: http.StatusText(status), Detail: detail})
}

func writeJSON(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", contentTypeJSON)
	writeBody(w, document)
}

func writeBody(w http.ResponseWriter, document any) {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(document) // the caller has gone: nobody to tell
}

// readJSON reads the body strictly: a field that is misspelt must not be a fault that never happens.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAdminBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the JSON body: %w", err)
	}
	if decoder.More() {
		return errors.New("reading the JSON body: something follows the first value")
	}
	return nil
}
