package altinn

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// exchange issues a token of Altinn's own in exchange for one of Maskinporten's, with the same claims. Clients cannot
// verify it.
func (c *call) exchange() wire.Response {
	claims := maps.Clone(c.token.Claims)
	delete(claims, "aud")
	delete(claims, "iss")
	token, err := c.altinn.sign(claims)
	if err != nil {
		return statusProblem(http.StatusInternalServerError, "NotSigned")
	}
	if c.readings.ExchangeQuotes {
		return respondWith(http.StatusOK, "OK", token)
	}
	return wire.Response{Status: http.StatusOK, ContentType: contentTypeText, Outcome: "OK", Body: []byte(token)}
}

func (a *Service) sign(claims accesstoken.Claims) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: a.secret}, nil)
	if err != nil {
		return "", err
	}
	content, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(content)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// authorizeExchanged returns why a token is not one that exchange issued for the endpoint's scope, or "". It reads the
// token's claims.
func (c *call) authorizeExchanged() string {
	text, _ := accesstoken.Bearer(c.sent)
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return "NotExchanged"
	}
	content, err := signed.Verify(c.altinn.secret)
	if err != nil || json.Unmarshal(content, &c.token.Claims) != nil {
		return "BadSignature"
	}
	if c.token.IsExpired(c.now) {
		return "ExpiredToken"
	}
	scope, _ := c.token.Claims.Text("scope")
	if !slices.Contains(strings.Fields(scope), c.route.scope) {
		return "WrongScope"
	}
	return ""
}

// partyDocument is Altinn's AuthorizedPartyDto.
type partyDocument struct {
	PartyUUID          string          `json:"partyUuid"`
	Name               string          `json:"name"`
	OrganizationNumber string          `json:"organizationNumber"`
	PartyID            int             `json:"partyId"`
	Type               string          `json:"type"`
	UnitType           string          `json:"unitType"`
	IsDeleted          bool            `json:"isDeleted"`
	OnlyHierarchy      bool            `json:"onlyHierarchyElementWithNoAccess"`
	Packages           []string        `json:"authorizedAccessPackages"`
	Roles              []string        `json:"authorizedRoles"`
	Subunits           []partyDocument `json:"subunits"`
}

// authorizedParties lists the organizations that the token's system user acts for. With anyOfResourceIds it leaves out
// those of whom it has no right to any of these resources, and access packages without any of them. It lists access
// packages only with includeAccessPackages.
func (c *call) authorizedParties() wire.Response {
	user, system, found := c.altinn.userOfToken(c.token)
	if !found {
		return c.bare(http.StatusUnauthorized, "NoSystemUser")
	}
	wanted := c.query["anyOfResourceIds"]
	packages := []string{}
	if strings.EqualFold(c.query.Get("includeAccessPackages"), "true") {
		packages = c.packageNames(user.packagesWith(system, wanted))
	}
	documents := []partyDocument{}
	if (len(wanted) == 0 || slices.ContainsFunc(wanted, user.mayUse(system))) && !c.faults.EmptyPartyList {
		for _, party := range user.parties() {
			documents = append(documents, describeParty(party, packages))
		}
	}
	if c.readings.PartiesAreNested {
		return respondWith(http.StatusOK, "OK", page[[]partyDocument]{Data: [][]partyDocument{documents}})
	}
	return respondWith(http.StatusOK, "OK", page[partyDocument]{Data: documents})
}

// packageNames returns access packages as the list of parties has them, sorted.
func (c *call) packageNames(urns []string) []string {
	names := make([]string, 0, len(urns))
	for _, urn := range slices.Sorted(slices.Values(urns)) {
		if !c.readings.PartyPackagesAreURNs {
			urn = strings.TrimPrefix(urn, accessPackagePrefix)
		}
		names = append(names, urn)
	}
	return names
}

func describeParty(number string, packages []string) partyDocument {
	id, _ := strconv.Atoi(number) // it is a number
	return partyDocument{
		PartyUUID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(number)).String(), Name: "Organization " + number,
		OrganizationNumber: number, PartyID: id % 100_000_000, Type: "Organization", UnitType: "AS",
		Packages: packages, Roles: []string{}, Subunits: []partyDocument{},
	}
}

// mayUse returns whether the user has the right to a resource of the system.
func (u *SystemUser) mayUse(system System) func(resource string) bool {
	return func(resource string) bool {
		return slices.Contains(u.Rights, resource) || len(u.packagesWith(system, []string{resource})) > 0
	}
}

// packagesWith returns the user's access packages that include one of some resources, or all if there are none.
func (u *SystemUser) packagesWith(system System, resources []string) []string {
	return slices.DeleteFunc(slices.Clone(u.AccessPackages), func(urn string) bool {
		given, isListed := system.PackageResources[urn]
		if !isListed {
			given = system.Rights
		}
		isGiven := func(resource string) bool { return slices.Contains(given, resource) }
		return len(resources) > 0 && !slices.ContainsFunc(resources, isGiven)
	})
}

// userOfToken returns the system user of a token, if it still exists, and its system.
func (a *Service) userOfToken(token accesstoken.Token) (SystemUser, System, bool) {
	var details []struct {
		IDs []string `json:"systemuser_id"`
	}
	if json.Unmarshal(token.Claims["authorization_details"], &details) != nil || len(details) != 1 ||
		len(details[0].IDs) != 1 {
		return SystemUser{}, System{}, false
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	user := a.usersByID[details[0].IDs[0]]
	if user == nil {
		return SystemUser{}, System{}, false
	}
	return user.clone(), a.systems[user.SystemID].clone(), true
}
