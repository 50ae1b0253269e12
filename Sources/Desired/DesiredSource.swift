/// Gives the desired state at a revision; hides libgit2 and libyaml.
package enum DesiredSource {}
