package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/simulator/accesstoken"
	simmaskinporten "github.com/4human/integration-operator/internal/simulator/maskinporten"
)

// clientKey is how a client authenticates, from the flags.
type clientKey struct {
	in, out     string
	knownAfter  time.Duration
	certificate bool
}

func newRegisterClientCommand(admin *adminClient) *cobra.Command {
	var client simmaskinporten.Client
	var key clientKey
	command := &cobra.Command{
		Use:   "register-client",
		Short: "Register a supplier's client and its key",
		Long: `Register a supplier's client and its key, as in Maskinporten's self-service.

With --key-out a key is generated here and written to a new file as a private JWK that only you can
read; with --key an existing one is used, such as the public key that "kubectl cint keygen" printed. Only
the public part is ever sent. Registering again replaces the client, and its key is valid for another year.

With --enterprise-certificate the client has no key, and signs with a certificate of its owner's from an
authority that was trusted with trust-authority.`,
		Example: `  simulator register-client --client-id my-client --organization 897757222 --key-out key.jwk
  simulator register-client --client-id my-client --organization 897757222 --key key.jwk`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return registerClient(cmd, admin, client, key)
		},
	}
	flags := command.Flags()
	flags.StringVar(&client.ClientID, "client-id", "", "the client's id, the iss of its grants")
	flags.StringVar(&client.OrganizationNumber, "organization", "",
		"organization number of the client's owner, the supplier")
	flags.StringArrayVar(&client.Scopes, "scope", []string{accesstoken.FollowUpPlanScope},
		"a scope that the client may request; repeatable")
	addClientKeyFlags(command, &key)
	for _, required := range []string{"client-id", "organization"} {
		_ = command.MarkFlagRequired(required) // fails only on a flag that does not exist
	}
	return command
}

func addClientKeyFlags(command *cobra.Command, key *clientKey) {
	flags := command.Flags()
	flags.StringVar(&key.out, "key-out", "", "file for a new private key; must not exist")
	flags.StringVar(&key.in, "key", "", "file with an existing key, private or public, a JWK with a kid")
	flags.BoolVar(&key.certificate, "enterprise-certificate", false,
		"the client signs with its owner's enterprise certificate instead of a key")
	flags.DurationVar(&key.knownAfter, "known-after", 0, "time until Maskinporten knows the key, such as 2m")
	command.MarkFlagsMutuallyExclusive("key", "key-out", "enterprise-certificate")
	command.MarkFlagsMutuallyExclusive("known-after", "enterprise-certificate")
	command.MarkFlagsOneRequired("key", "key-out", "enterprise-certificate")
}

func registerClient(cmd *cobra.Command, admin *adminClient, client simmaskinporten.Client, key clientKey) error {
	how := "an enterprise certificate"
	if !key.certificate {
		obtained, err := obtainKey(key.in, key.out)
		if err != nil {
			return err
		}
		how = "key " + obtained.KeyID
		client.JWKS.Keys = []jose.JSONWebKey{obtained.Public()}
		if key.knownAfter > 0 {
			client.KeysKnownFrom = map[string]time.Time{obtained.KeyID: time.Now().Add(key.knownAfter)}
		}
	}
	path := "/clients/" + url.PathEscape(client.ClientID)
	if err := admin.call(cmd.Context(), http.MethodPut, path, client, nil); err != nil {
		err = fmt.Errorf("cannot register the client: %w", err)
		if key.out != "" {
			err = errors.Join(err, os.Remove(key.out))
		}
		return err
	}
	cmd.Printf("Client %s of %s is registered with %s\n", client.ClientID, client.OrganizationNumber, how)
	if key.out != "" {
		cmd.Printf("Its private key is in %s\n", key.out)
	}
	return nil
}

// obtainKey reads the key, or generates and writes one.
func obtainKey(in, out string) (jose.JSONWebKey, error) {
	if in != "" {
		return readKey(in)
	}
	key, err := generateKey()
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return key, writeKey(out, key)
}
