#include "CProxyShims.h"
