#!/bin/sh
# Makes the namespace, which keeps closed runs for 90 days as the embedded server does. Workers register the search attributes.
set -eu
until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 2160h
temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 2160h
