package simulator

// SignAnything has Maskinporten sign what it would never say.
func (s *Simulator) SignAnything(content any) (string, error) {
	return s.keys.sign(content, false)
}
