package altinn

import (
	"net/url"
	"strings"
)

// maxConfirmURL bounds an address that is shown to customers, in bytes.
const maxConfirmURL = 1024

// mayConfirmAt reports whether customers may be sent to an address: they log in there, and approve. It is of the same
// Altinn as the API, and https; where the API is none of Altinn's own, a simulator's, any host will do.
func (c *Client) mayConfirmAt(address string) bool {
	if len(address) > maxConfirmURL || strings.ContainsFunc(address, notInURL) {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || c.base.Scheme != "http") {
		return false
	}
	domain, ours := c.domain()
	return !ours || strings.HasSuffix(strings.ToLower(u.Host), "."+domain)
}

// domain gives that of the Altinn that is asked, such as tt02.altinn.no, and whether it is Altinn's own.
func (c *Client) domain() (string, bool) {
	domain, isPlatform := strings.CutPrefix(strings.ToLower(c.base.Hostname()), "platform.")
	return domain, isPlatform && (domain == "altinn.no" || strings.HasSuffix(domain, ".altinn.no"))
}

// notInURL holds for what is no character of a URL, or none that a mail or a terminal should be shown.
func notInURL(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}
