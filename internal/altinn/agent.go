package altinn

import "strings"

// Agents returns a Client whose requests are for agent system users, which act for their owners' clients. Altinn keeps
// these requests apart from others. It has no changes of them, and they have access packages only, no rights.
func (c *Client) Agents() *Client {
	agents := *c
	agents.agents = true
	return &agents
}

// requestPath returns a path of requests below apiPath.
func (c *Client) requestPath(elements ...string) []string {
	path := []string{"request", "vendor"}
	if c.agents {
		path = append(path, "agent")
	}
	return append(path, elements...)
}

// noun names what is requested, for errors.
func (c *Client) noun() string {
	if c.agents {
		return "an agent system user"
	}
	return "a system user"
}

// Altinn's pages for requests. When an agent's request is read, some versions of Altinn return the page of other
// requests, which does not know it (altinn-authentication, RequestSystemUserController).
const (
	requestPage      = "/systemuser/request?"
	agentRequestPage = "/systemuser/agentrequest?"
)

// pageOf returns the URL of the page that knows a request.
func (c *Client) pageOf(confirmURL string) string {
	if c.agents {
		return strings.Replace(confirmURL, requestPage, agentRequestPage, 1)
	}
	return confirmURL
}
