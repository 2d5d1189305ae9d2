package maskinporten

import (
	"testing"
)

func BenchmarkSignGrant(b *testing.B) {
	key := signingKey(b)
	claims := grantClaims(testIssuer, testClient, testAsked, testStart, "eb6ab01e-5834-4ba0-a2a1-457bfd0f0a49")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := key.sign(claims); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyToken(b *testing.B) {
	a := newAuthority(b)
	c := a.client(b)
	answer := tokenResponse{AccessToken: a.sign(a.claims())}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.verify(ctx, answer, testAsked, testStart); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	c := newAuthority(b).client(b)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Token(ctx, testRequest); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	body := []byte(mp251)
	b.ReportAllocs()
	for b.Loop() {
		if classify(403, 0, parseEnvelope(body), testAsked).Class != ClassNotDelegated {
			b.Fatal("not an answer")
		}
	}
}
