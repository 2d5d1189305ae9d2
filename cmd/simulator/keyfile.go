package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-jose/go-jose/v4"
)

// clientKeyBits is the documented size of clients' keys.
const clientKeyBits = 2048

// generateKey generates a client's key. Its kid is its thumbprint.
func generateKey() (jose.JSONWebKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, clientKeyBits)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("cannot generate a key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.RS256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("cannot name the key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

// readKey reads an RSA key, private or public, as JWK with a kid. Its errors do not quote the file.
func readKey(path string) (jose.JSONWebKey, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is a flag's
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("cannot read the key: %w", err)
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(text, &key); err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("%s does not hold a JWK", path)
	}
	switch key.Key.(type) {
	case *rsa.PrivateKey, *rsa.PublicKey:
	default:
		return jose.JSONWebKey{}, fmt.Errorf("%s does not hold an RSA key", path)
	}
	if key.KeyID == "" {
		return jose.JSONWebKey{}, fmt.Errorf("the key in %s has no kid", path)
	}
	return key, nil
}

// writeKey writes a new key to a new file that only its owner can read.
func writeKey(path string, key jose.JSONWebKey) error {
	text, err := json.MarshalIndent(key, "", "  ")
	if err != nil {
		return errors.New("cannot write the key as a JWK")
	}
	err = writeSecret(path, append(text, '\n'))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists: register the key in it with --key, or remove it", path)
	}
	if err != nil {
		return fmt.Errorf("cannot write the key: %w", err)
	}
	return nil
}
