"""The outbound mail router: letters from specialist systems to Digital Post or remote print."""
