package maskinporten

import (
	"net/http"

	"github.com/4human/integration-operator/internal/simulator/admin"
)

func (s *Service) getAuthorities(w http.ResponseWriter, _ *http.Request) {
	admin.WriteJSON(w, s.CertificateAuthorities())
}

func (s *Service) putAuthority(w http.ResponseWriter, r *http.Request) {
	var authority CertificateAuthority
	if err := admin.ReadJSON(w, r, &authority); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	authority.Name = r.PathValue("name")
	if err := s.TrustCertificateAuthority(authority); err != nil {
		admin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Service) deleteAuthority(w http.ResponseWriter, r *http.Request) {
	s.DistrustCertificateAuthority(r.PathValue("name"))
	w.WriteHeader(http.StatusNoContent)
}
