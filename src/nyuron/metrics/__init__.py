from nyuron.metrics._lead_tmp import *
