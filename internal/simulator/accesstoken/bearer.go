package accesstoken

import (
	"net/http"
	"regexp"
	"strings"
)

// BearerPattern is what a token may look like (RFC 6750, section 2.1).
var BearerPattern = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// Bearer returns the token of a request with one Authorization header, written "Bearer TOKEN" to the letter. NAV's code
// cuts off exactly that, although the scheme's case should not matter (RFC 9110, section 11.1).
func Bearer(r *http.Request) (string, bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return "", false
	}
	token, isBearer := strings.CutPrefix(headers[0], "Bearer ")
	if !isBearer || !BearerPattern.MatchString(token) {
		return "", false
	}
	return token, true
}
