package altinn

import (
	"net/url"
	"regexp"
	"strings"
)

// maxConfirmURL bounds a confirmURL, in bytes.
const maxConfirmURL = 1024

// mayConfirmAt reports whether customers may be sent to an address, where they log in and approve. It must be https,
// and of the same Altinn as the API. If the API is a simulator's, any host is allowed.
func (c *Client) mayConfirmAt(address string) bool {
	if len(address) > maxConfirmURL || strings.ContainsFunc(address, isUnsafe) {
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
	return !ours || isHostOf(strings.ToLower(u.Host), domain)
}

// testDomains are the domains of Altinn's test environments, which are below that of production.
var testDomains = regexp.MustCompile(`(^|[.])(tt|at|yt)[0-9]+[.]altinn[.]no$`)

// isHostOf reports whether a host is of the environment with a domain.
func isHostOf(host, domain string) bool {
	return strings.HasSuffix(host, "."+domain) && testDomains.MatchString(host) == testDomains.MatchString(domain)
}

// domain returns the domain of the configured Altinn, such as tt02.altinn.no, and whether it is Altinn's own.
func (c *Client) domain() (string, bool) {
	domain, isPlatform := strings.CutPrefix(strings.ToLower(c.base.Hostname()), "platform.")
	return domain, isPlatform && (domain == "altinn.no" || strings.HasSuffix(domain, ".altinn.no"))
}

// isUnsafe reports whether a character is not allowed in a URL, or should not be shown in a mail or a terminal.
func isUnsafe(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}
