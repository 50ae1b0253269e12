/// A HAProxy configuration file as sections and lines of words, with the place of each.
package enum BootConfig {}
