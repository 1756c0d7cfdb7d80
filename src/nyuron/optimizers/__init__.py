from nyuron.optimizers._lead_tmp import *
