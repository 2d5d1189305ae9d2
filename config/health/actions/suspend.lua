-- Neither verify nor sync. With selfHeal, Argo CD reverts this: change git.
obj.spec.suspend = true
return obj
