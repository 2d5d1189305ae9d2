package simulator

import "net/http"

func (s *Simulator) getAuthorities(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.CertificateAuthorities())
}

func (s *Simulator) putAuthority(w http.ResponseWriter, r *http.Request) {
	var authority CertificateAuthority
	if err := readJSON(w, r, &authority); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	authority.Name = r.PathValue("name")
	if err := s.TrustCertificateAuthority(authority); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) deleteAuthority(w http.ResponseWriter, r *http.Request) {
	s.DistrustCertificateAuthority(r.PathValue("name"))
	w.WriteHeader(http.StatusNoContent)
}
