// Package admin reads and writes the JSON of the admin API.
package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/wire"
)

// MaxBytes bounds a request body. It leaves room for faults that name ten thousand consumers.
const MaxBytes = 1 << 20

// ContentTypeProblem is the content type of a [Problem].
const ContentTypeProblem = "application/problem+json"

// Problem is the body of an error of the admin API and the HRM system (RFC 9457).
type Problem struct {
	// Status is the HTTP status.
	Status int `json:"status"`
	// Title is the status in words.
	Title string `json:"title"`
	// Detail says what was wrong with the request.
	Detail string `json:"detail"`
}

// WriteProblem responds with a [Problem].
func WriteProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", ContentTypeProblem)
	w.WriteHeader(status)
	writeBody(w, Problem{Status: status, Title: http.StatusText(status), Detail: detail})
}

// WriteJSON responds with a JSON document.
func WriteJSON(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", wire.ContentTypeJSON)
	writeBody(w, document)
}

func writeBody(w http.ResponseWriter, document any) {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(document) // the caller has gone
}

// ReadJSON reads the body. It fails on an unknown field, so that a misspelt fault is not silently left out.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the JSON body: %w", err)
	}
	if decoder.More() {
		return errors.New("reading the JSON body: something follows the first value")
	}
	return nil
}

// Register returns a handler that reads a document and passes it on.
func Register[T any](do func(T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var document T
		err := ReadJSON(w, r, &document)
		if err == nil {
			err = do(document)
		}
		if err != nil {
			WriteProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
