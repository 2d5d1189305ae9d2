-- Verify and sync again.
obj.spec.suspend = nil
return obj
