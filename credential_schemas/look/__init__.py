"""The look that several rooms share: colours, components, icons, typefaces, codes on screens, safe markup."""
